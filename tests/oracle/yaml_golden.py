"""lib/yaml/test/golden.inc: what PyYAML's SafeLoader makes of small documents.

python3 tests/oracle/yaml_golden.py > lib/yaml/test/golden.inc     (needs PyYAML 6)
"""

import golden
import yaml

DOCUMENTS = r"""
plain: text
a: [yes, Yes, YES, no, No, NO, on, On, ON, off, Off, OFF, true, True, TRUE, false, False, FALSE]
[yEs, y, n, Y, N, tRUE, oN]
[~, null, Null, NULL, nuLL, '', "", ]
a:
'a: "yes"'
{a: "yes", b: 'null', c: "1", d: '2024-01-01'}
[0, 1, -1, +1, 12_345, 1__0, -0, +0]
[0b101, -0b11, 0b1_0, 0b2, 0B1]
[0x1F, -0xff, 0xAb_cD, 0x, 0xg]
[010, -017, 0_7, 0_, 08, 09, 0o14, 0o9]
[1:30, -1:30, 190:20:30, 1:60, 1:5, 0:30, 1_0:30, 20:30.15, -1:30.5, 1:30., 1:60.5]
[9223372036854775807, 9223372036854775808, -9223372036854775808, -9223372036854775809]
[123456789012345678901234567890, 0xFFFFFFFFFFFFFFFFFFFF, -0b1111111111111111111111111111111111111111111111111111111111111111111111]
[99999999999999999999:59:59]
[1.5, -1.5, +1.5, 1., .5, -.5, +.5, 1_000.25, 0.1, 08.5, 0_1.5]
[1e5, 1.e+5, 1.0e+5, 1.5e-3, 1.5E+10, 1.5e10, .5e+3, 1e+5, 1.5e+]
[.inf, -.inf, +.inf, .Inf, .INF, .iNF, .nan, .NaN, .NAN, -.nan, .naN]
[1.2.3, 1-2, 1:2:x, --1, +-1, 1 000, 1_000_, _1, 1._5, ._5]
[2024-01-31, 2024-1-1, 2024-02-29, 0001-01-01, 9999-12-31]
[2001-12-14t21:59:43.10-05:00, 2001-12-14 21:59:43.10 -5, 2001-12-15 2:59:43.10, 2001-12-15T02:59:43Z]
[2024-01-01 1:02:03, 2024-1-1 1:02:03, 2024-01-01T1:02:03.1234567, 2024-01-01T01:02, 2024-01-01T01:02:03 z]
[2024-01-01T01:02:03+5, 2024-01-01T01:02:03 +05:30, 2024-01-01T01:02:03  -00:30, 2024-01-01T01:02:03+0530]
2024-01-01T00:00:00.
2024-13-01
2023-02-29
2024-01-01T24:00:00Z
2024-01-01T00:60:00Z
2024-01-01T00:00:60Z
2024-01-01T00:00:00+24:00
2024-01-01T00:00:00+23:59
0b_
0x_
{1: a, true: b, 1.0: c}
{a: 1, b: 2, a: 3}
{null: 1, ~: 2, 1.5: 3, 2024-01-01: 4, yes: 5}
{? a, b: c, ? d : e}
[a: b, c: d]
? [a]
? {a: b}
: x
- [a, [b, {c: d}]]
{"a":1,"b":[true,null,"x\u00e9\n\/"],"c":{"d":-1.5}}
{"a": "1", "b": 1e5, "c": 1.0E+2, "d": []}
"\x41\u00e9\U0001F600\e\0\a\b\t\n\v\f\r\N\_\L\P\""
'it''s'
"a\
base: &b {x: 1, y: 2}
- &a 1
[&a [1, 2], *a, *a]
[&a 1, &a 2]
[&a {x: 1}, {<<: *a, y: 2}]
[&a {x: 1, y: 2}, {y: 3, <<: *a, z: 4}]
{<<: [{a: 1, b: 1}, {b: 2, c: 2}], c: 3, d: 4}
{<<: {a: 1}, <<: {a: 2, b: 2}}
{<<: {<<: {a: 1}, b: 2}, c: 3}
{<<: []}
{<<: 1}
{<<: [1]}
{<<: [[{a: 1}]]}
{<<: ~}
{"<<": {a: 1}}
[<<]
<<
=
{=: 1}
{a: =}
!!merge x
{!!merge x: {a: 1}}
*a
&a [*a]
&a {b: *a}
[!!str 12, !!str yes, !!str , !!int "12", !!int "0x1f", !!int 0o14, !!float 3, !!float "1e5", !!float "1:30", !!bool "YES"]
[!!null "x", !!null , !!binary "aGVsbG8=", !!binary "aGVs bG8", !!binary "", !!seq [a], !!map {a: b}]
!!binary "aGVsbG8"
!!binary "a"
[!!timestamp "2024-01-01", !!timestamp "2024-1-2"]
! "12"
[! 12, ! x, !<tag:yaml.org,2002:str> 12]
!!bool "x"
!!int "x"
!!int ""
!!int "1.5"
!!float "x"
!!timestamp "x"
!!str [a]
!!str {a: b}
!!map [a]
!!seq {a: b}
!!int [a]
!!foo x
!local x
!!python/object:os.system x
"a" "b"
a: b: c
[a
{a: b
"a
'a
a: 'b
@a
`a
%a
[a]]
a: b]
- a
[-, a]
[a, , b]
{,}
[a:b, a::b, http://x/y?z=1&w, "a":b, a#b, a #b]
{a:b}
{a: b, c, }
# only a comment
...
--- a
--- |
""".strip("\n").split("\n")

BLOCKS = [
    "",
    "\n",
    "---\n",
    "--- \n...\n",
    "--- a\n...\n",
    "a\n---\nb\n",
    "--- \n...\n---\n",
    "%YAML 1.1\n---\na: 1\n",
    "%TAG ! tag:yaml.org,2002:\n---\n!str 1\n",
    "%YAML 3.0\n---\na\n",
    "a: |\n  one\n   two\n\n  three\n\n\nb: >\n  one\n  two\n\n  three\n   four\n  five\n",
    "a: |-\n  x\n\nb: |+\n  x\n\nc: >-\n  x\n  y\n\nd: >+\n  x\n\n",
    "a: |2\n   x\n  y\n",
    "- |\n 1\n- >\n true\n- |-\n  null\n",
    "a: one\n  two\n\n  three\nb: \"one\n  two\n\n  three\"\nc: 'one\n  two'\n",
    "a:\n- b\n- c:\n    d\n  e: f\n-\n  - g\n",
    "a:\n  - b\n c\n",
    "a:\n\tb\n",
    "\ta: b\n",
    "a: b\n b: c\n",
    "a: b\nc\n",
    "- a\nb: c\n",
    "- a\n - b\n",
    "? a\n: b\n? c\n",
    "? |\n  x\n: y\n",
    "a: &x\n  b: 1\nc: *x\n",
    "a: &x b\n*x : c\n",
    "base: &base\n  a: 1\n  b: 2\nmore: &more {b: 3, c: 4}\n"
    "one:\n  <<: *base\n  b: 5\ntwo:\n  z: 1\n  <<: [*base, *more]\n  c: 6\n",
    "a: &a [1]\nb: *a\nc: &c {d: *a}\ne: [*c, *c]\n",
    "a: {b: &x 1, c: *x}\n",
    "key with blanks: v\n\"quoted: key\": v\n'k''s': v\nk#k: v\n",
    "a: \"{{ config['x'] }}\"\nb: '{{ x }}'\nc: x {{ y }}\n",
    "a: {{ x }}\n",
    "a: {{ x }}: 1\n",
    "\ufeffa: 1\n",
    "a: \u00e9\u4e2d\U0001f600\n",
    "a: x\u0085b\n",
    "a: b\r\nc: d\r\n",
    "a: b\rc: d\r",
    "a: \x01\n",
    "\x00",
    "a: \x7f\n",
    "a: [\n1,\n2\n]\n",
    'a: {\n  "b": 1,\n  "c": [\n  ]\n}\n',
    "[1, 2]\n[3]\n",
    "- !!str\n- !!null\n- \n- ''\n",
    "x: !!int\n",
    "a: -\n",
    "a: - b\n",
    "-a\n",
    "--- - a\n",
    "--- {a: b}\n",
    "---a\n",
    "a: ---\n",
    "a: ...\n",
    "a\n...\nb\n",
    "a\n... b\n",
    "a: >\n\n  x\n",
    "a: |\n",
    "a: |x\n",
    "a: |10\n  x\n",
    "a: 'x' y\n",
    "a: [x] y\n",
    "!!str\n",
    "&a\n",
    "&a\n- b\n",
    "&a a: b\n",
    "- &a !!str 1\n- !!str &b 1\n",
    "k: *\n",
    "k: &\n",
    "k: &a &b c\n",
    "x: 1\nx: 2\n<<: {x: 3, y: 4}\n",
    "{a: 1}: b\n",
    "[a]: b\n",
    "a: 'b\n\n  c'\n",
    'a: "b\\\n  c"\n',
    b"a: \xff\n",
    b"a: \xc3\n",
    b"\xff\xfea\x00:\x00 \x001\x00",
    b"\xfe\xff\x00a\x00:\x00 \x001",
    "9" * 4300,
    "-" + "9" * 4300,
    "9" * 4301,
    "0." + "1" * 400,
]


def has_cycle(value, above=()):
    if isinstance(value, (list, dict)):
        if any(value is one for one in above):
            return True
        children = value.values() if isinstance(value, dict) else value
        return any(has_cycle(child, (*above, value)) for child in children)
    return False


def expected(document):
    try:
        value = yaml.load(document, yaml.SafeLoader)
    except Exception:
        return "NULL"
    return "NULL" if has_cycle(value) else golden.literal(repr(value))


if __name__ == "__main__":
    golden.write([(golden.view(d), expected(d)) for d in DOCUMENTS + BLOCKS], "yaml_golden.py")
