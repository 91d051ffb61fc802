"""lib/http/test/url_*.inc: URLs as urllib.parse (3.11) and requests treat them.

    python3 tests/oracle/url_goldens.py lib/http/test     (needs requests 2.32 or later)

Hosts that are not ASCII are not here: requests converts them, lib/http refuses them (url.h).
"""

import contextlib
import itertools
import sys
import urllib.parse as up
from pathlib import Path

import golden
import requests

BASES = [
    "http://a/b/c/d;p?q",
    "http://a/b/c/d/",
    "https://api.example.com",
    "https://api.example.com/",
    "https://api.example.com/v1",
    "https://api.example.com/v1/",
    "http://h/a/../b/",
    "http://h//a//b",
    "http://u:p@h:81/x?y=z#f",
    "/rel/base",
    "rel",
    "mailto:x@y",
    "ftp://f/a/b",
    "HTTP://A/B/C?D",
    "https://api.example.com/v1//",
    "file:///a/b",
    "foo://h/a/b",
    "http://h?x=1",
]
REFERENCES = [
    "g",
    "./g",
    "g/",
    "/g",
    "//g",
    "//g/x",
    "?y",
    "g?y",
    "#s",
    "g#s",
    "g?y#s",
    ";x",
    "g;x",
    "g;x?y#s",
    "",
    ".",
    "./",
    "..",
    "../",
    "../g",
    "../..",
    "../../",
    "../../g",
    "../../../g",
    "../../../../g",
    "/./g",
    "/../g",
    "g.",
    ".g",
    "g..",
    "..g",
    "./../g",
    "./g/.",
    "g/./h",
    "g/../h",
    "g;x=1/./y",
    "g;x=1/../y",
    "http:g",
    "http://g",
    "https://other/x?y=1#z",
    "mailto:a@b",
    "a//b",
    "a//b//",
    "//",
    "///x",
    "reports?from=2024-01-01",
    " lead",
    "\ttab\n",
    "a b",
    "%7Euser",
    "http:",
    "HTTPS://X/Y",
    "a:b",
    "1:b",
    "?",
    "#",
    "x?a=/b/../c",
    "/v2//items/",
    "\u00fcml",
    "//[::1]/x",
    "//[zz]/x",
    "//[::1/x",
    "//[v1.a]/x",
    "//[::1%25en0]/x",
]
TEXTS = [
    "",
    "a b",
    "a+b",
    "a/b",
    "~-._",
    "\u00e9",
    "\u4e2d\u6587",
    "\U0001f600",
    "100%",
    "a&b=c",
    "%41",
    "[x]",
    "a\nb\t",
    "\x00\x7f",
    "'\"<>",
    "2024-01-01T00:00:00+00:00",
    "a,b;c:d@e",
    "!$()*",
    "  ",
    " a ",
]
QUOTED = [
    "",
    "a%20b",
    "a+b",
    "%41%zz%4",
    "%",
    "%%",
    "%e4%b8%ad",
    "%E4%B8%AD",
    "a%2Fb",
    "%2",
    "+%2B+",
    "%c3%a9x",
    "100%25",
    "%00",
]
QUERIES = [
    "",
    "a=1&b=2",
    "a",
    "a=&b",
    "&&a=1&",
    "a=1;b=2",
    "a=b=c",
    "=x",
    "a=%20+%2B",
    "a=1&a=2",
    "&",
]
URLS = [
    "http://h",
    "http://h/",
    "http://h?x=1",
    "http://h#f",
    "HTTP://H/P",
    "https://H.Example.COM:443/a",
    "http://h:80/",
    "http://h:/",
    "http://h:0/",
    "http://h:00080/",
    "http://h:65535/",
    "http://h:65536/",
    "http://h:x/",
    "http://h:-1/",
    "http://h:999999/",
    "http://u:p@h/",
    "http://u@h/",
    "http://@h/",
    "http://u:p%40w@h/",
    "http://u:p w@h/",
    "http://a@b@h/",
    "http://:p@h/",
    "http://",
    "http:///x",
    "http:/x",
    "http:x",
    "https//x",
    "h/x",
    "//h/x",
    "/x",
    "",
    "ftp://h/x",
    "mailto:x",
    "httpx://h/",
    "http://h/a b",
    "http://h/a%20b",
    "http://h/a%2fb",
    "http://h/%7euser",
    "http://h/%41",
    "http://h/%",
    "http://h/%zz",
    "http://h/%4",
    "http://h/100%/x%20y",
    "http://h/a%2",
    "http://h/\u00e9",
    "http://h/?q=\u00e9",
    "http://h/./a/../b",
    "http://h/..",
    "http://h/a/..",
    "http://h/a/.",
    "http://h/../a",
    "http://h/a//b",
    "http://h//a",
    "http://h/a/../../b",
    "http://h/...",
    "http://h/.a",
    "http://h/a/b/../",
    "http://h/.",
    "http://h/a;b=c",
    "http://h/?a=b&c=d",
    "http://h/?a=b c",
    "http://h/?a=b+c",
    "http://h/?a[]=1",
    "http://h/?",
    "http://h/?#",
    "http://h/#",
    "http://h/#a b",
    "http://h/?a=%",
    "http://h/?a=%e9",
    "http://h/?a=1%2",
    'http://h/?a="x"',
    "http://h/?a={b}",
    "http://h/?a=b|c",
    "http://h/?a=/../b",
    "http://h/?a=b?c",
    "http://h/a?b#c?d#e",
    "http://h/\\x",
    "http://h\\x",
    "http://[::1]/",
    "http://[::1]:8080/x",
    "http://[FE80::1]/",
    "http://[::1",
    "http://::1/",
    "http://[zz]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[1.2.3.4]/",
    "http://1.2.3.4/",
    "http://1.2.3.4:8/",
    "http://*.h/",
    "http://.h/",
    "http://h./",
    "http://a_b/",
    "http://a%20b/",
    "http://a%zb/",
    "http://a,b/",
    " http://h/",
    "\n http://h/x",
    "http://h/x ",
    "http://h/\tx",
    "http://h/a\nb",
    "http://h/'\"<>^`",
    "http://h/~!$&()*+,;=:@",
    "http://h/?%7e%41=%2d",
    "http://localhost:8000/api/?command=registrations&fromdate=2024-01-01&json=1",
    "http://[::1]x/",
    "http://x[::1]/",
    "http://h/a%E4%B8%AD",
    "http://h/a%e4%b8%ad?x=%e4",
    "http://u:%@h/",
    "http://h/%c3%a9/../x",
    "http://h/a?b=c%",
    "http://h/%2e%2e/a",
    "http://h/a/%2e/b",
    "http://h:8 0/",
    "http://h/?a=1&&b",
    "http://h/?=x",
    "http://h/\x00",
]
PARAMS = ["", "a=1", "q=a+b&c=%C3%A9"]


def prepared(url, params):
    request = requests.PreparedRequest()
    try:
        request.prepare_url(url, params)
    except requests.exceptions.RequestException:
        return None
    return request.url if request.url.startswith(("http://", "https://")) else None


def joined(base, reference):
    with contextlib.suppress(ValueError):
        return up.urljoin(base, reference)
    return None


def optional(text):
    return "{0}" if text is None else golden.view(text)


def tables():
    yield (
        "url_join",
        [
            (golden.view(b), golden.view(r), optional(joined(b, r)))
            for b, r in itertools.product(BASES, REFERENCES)
        ],
    )
    quoted = [(golden.view(t), "0", golden.view(up.quote(t))) for t in TEXTS]
    quoted += [(golden.view(t), "1", golden.view(up.quote_plus(t))) for t in TEXTS]
    quoted += [(golden.view(t), "2", golden.view(up.unquote_to_bytes(t))) for t in QUOTED]
    quoted += [
        (golden.view(t), "3", golden.view(up.unquote_to_bytes(t.replace("+", " ")))) for t in QUOTED
    ]
    every = URLS + QUOTED + TEXTS
    quoted += [(golden.view(t), "4", golden.view(requests.utils.requote_uri(t))) for t in every]
    rebuilt = [up.urlencode(up.parse_qsl(q, keep_blank_values=True), doseq=True) for q in QUERIES]
    quoted += [(golden.view(q), "5", golden.view(r)) for q, r in zip(QUERIES, rebuilt)]
    yield "url_quote", quoted
    yield (
        "url_prepare",
        [
            (golden.view(u), golden.view(p), optional(prepared(u, p)))
            for u, p in itertools.product(URLS, PARAMS)
        ],
    )


def main(folder):
    for name, rows in tables():
        with open(Path(folder) / f"{name}.inc", "w") as out, contextlib.redirect_stdout(out):
            golden.write(rows, "url_goldens.py")


main(sys.argv[1])
