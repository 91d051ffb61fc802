"""Writes the goldens of lib/value: what Python 3.11 and dpath 2.2 say about values.

    python tests/oracle/value_golden.py lib/value/test/golden     (needs: pip install dpath==2.2.0)

Lines are cases, tabs part the columns; backslash, tab, line feed, carriage return and NUL are
escaped. Values are Python literals (and the word nan); "!" means that the reference raises.
"""

import ast
import copy
import datetime
import itertools
import math
import random
import struct
import sys
import warnings
from pathlib import Path

import dpath

warnings.simplefilter("ignore")
random.seed(20240131)
FAIL = "!"


def escape(text):
    pairs = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\0", "\\0"))
    for char, written in pairs:
        text = text.replace(char, written)
    return text


def write(name, rows):
    with open(
        Path(sys.argv[1]) / name, "w", encoding="utf-8", errors="surrogatepass", newline="\n"
    ) as file:
        for row in rows:
            file.write("\t".join(escape(str(cell)) for cell in row) + "\n")


# --- literal_eval ---

LITERALS = """
007|1_000|0x10|1e3|1,2|'q'|None|[1, 'x']|1e400|-1e400|12345678901234567890123|-9223372036854775808
9223372036854775807|9223372036854775808|-9223372036854775809|1__0|_1|1_|0_0|00|0_7|0_|017|09|09.5
00.5|1.|.|.5|1._5|1_0.5|1e5|1E+5|1e|1e+|1.0e|1e_1|1e1_0|0e0|1.e5|.e5|1.5.5|1..5|1 .5|0x|0xg|0x_1
0x1_|0x1__2|0xf_f|0X1F|0b101|0B1|0b2|0o17|0O7|0o8|0b1e5|0xFFFFFFFFFFFFFFFFFF|-0x8000000000000000
-0|-0.0|- 0x10|-  1|+1|--1|- -1|-+1|+-1|-(1)|(-1)|-(-1)|((1))|-((1))|-(1,)|~1|not 1|-True|-None
-'a'|True|False|true|None,|True,False|nan|inf|[nan]|NaN|...|x|x.y|1j|1+2j|1-2j|-1j|[1+2j]|1+2|10-5
2024-01-01|2024-1-1|1:2|1if 1 else 2|1or 2|1L|1.0f|0in 1|'a' 'b'|'a''b'|'a'"b"|'a' 1|'a' b'b'|b'a'
B"a"|r'\\n'|R'\\x'|u'x'|U"x"|ur'x'|f'x'|rb'x'|br'x'|'a' r'\\b'|'a' f'b'|u'a' u'b'|"a"|'a"|'a|"a'
'''a'''|'''a|'''a''|''''a'''|""|''|''''''|""\"x""\"|'a'.b|'a' * 2|'a' 'b',|{'a' 'b': 1}|'\\x41'
'\\x4'|'\\xg0'|'\\101'|'\\777'|'\\08'|'\\8'|'\\0'|'\\u00e9'|'\\u{1}'|'\\ud83d'|'\\ud83d\\ude00'
'\\U0001F600'|'\\U00110000'|'\\U0010FFFF'|'\\q'|'\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\"'|'\\|'\\'|r'\\'
r'\\''|'é'|é|'\\u00'|'\\N'|'\\N{DASH}'|[]|[ ]|[1,]|[,]|[1,,2]|[1 2]|[1|1]|[1)|(1]|()|( )|(,)|(1)
(1,)|(1,2,)|((1,),)|(1 ,)|[[[]]]|{}|{ }|{,}|{1}|{1,2}|set()|{1:2}|{1:2,}|{1:2,,}|{1:2 3:4}|{1:2,3}
{1,2:3}|{1:|{:1}|{'a':1,'a':2}|{'a':-1}|{-1:2}|{1.0:2,True:3}|{None:1}|{[]:1}|{():1}|{(1,[]):1}
{{}:1}|{**{}}|[*[]]|{1:2 for x in y}|[1](2)|1;|1;2|1,;|(1;)|,|1,|1, ,|$1|1?|`1`|lambda:1
1 if 1 else 2|# c|#|1 # c|1#|'a'#x|[1 # x|1e309|1e-400|1.7976931348623157e308|4.9e-324|0.1|1e16
123456789012345678901234567890.5|1e22|1e23|5e-324|true,1
""".replace('\'""\\"', "'").split("\n")
LITERALS = [text for line in LITERALS if line for text in line.split("|")]
LINES = [
    "",
    " ",
    "   ",
    "\n",
    "\t1",
    " 1",
    "  1\n  ",
    "  1\n",
    "1\\\n",
    "1\n2",
    "\\\n 4",
    "\n\\\n4",
    "\n\\\n 4",
    "\\\n\n4",
    "\n\\\n\n4",
    "\n\\\n#c\n4",
    "4\n\\\n\n",
    "4\n\\\n#",
    "4\n\\\n ",
    "4\n\\\n \n",
    "\n\\\n\x0c4",
    "\n \\\n4",
    "\n1",
    "\n\n1",
    "\n  1",
    " \n1",
    "1\n 2",
    "1\n  ",
    "1\n\\\n",
    "1 \\\n",
    "(1\\\n)",
    "1 \\ \n",
    "\\\n1",
    "# c\n1",
    "  # c\n1",
    "# c\n\n1",
    "#c\n  1",
    "\n#c\n 1",
    "1\n#",
    "1\n  #x",
    "1\n\n\n",
    "1\n \n",
    "1\n \n2",
    "1\r",
    "1\r\n",
    "\r1",
    "\r\n1",
    "\x0c1",
    "1\x0c",
    " \x0c1",
    "\n \x0c1",
    "1\n \x0c",
    "\x0b1",
    "1\x0b",
    "\u00a01",
    "1\u00a0",
    "\ufeff1",
    "\x00",
    "1\x00",
    "'\x00'",
    "'a'\n'b'",
    "('a'\n'b')",
    "'a'\\\n'b'",
    "'a' 'b'\\\n",
    "'\\\n'",
    "'\\\r\n'",
    "r'\\\n'",
    "r'\\\r\n'",
    "'a\nb'",
    "'a\r\nb'",
    "'''a\nb'''",
    "'''a\r\nb'''",
    "'''a\rb'''",
    "'''\\\nb'''",
    "[1,\n2]",
    "[\n1\n,\n2\n]\n",
    "(1 # x\n,2)",
    "[ # x\n]",
    "{\n'a':1\n}",
    "{'a'\n:\n1}",
    "1,\n2",
    "1,\n",
    "1, # x",
    "-\n1",
    "-\\\n1",
    "(-\n1)",
    "[1]\n#x\n\n",
    "[1]\n[2]",
    "1 ;\n",
    "\u0661",
    "'\u0661'",
    "\u20031",
    "1\t",
    "1 \t \n",
    "9" * 4300,
    "9" * 4301,
    "-" + "9" * 4300,
    "0" * 4400,
    "9" * 400 + ".0",
    "[" * 199 + "]" * 199,
    "[" * 200 + "]" * 200,
    "[" * 201 + "]" * 201,
    "(" * 100 + "1" + ")" * 100,
    "((" * 50 + "1,)" * 50 + ")" * 50,
    "'" + "\u00e9\u4e16\U0001f600" + "'",
    "'\u2028'",
    "'\x7f\x1b'",
    "[1,\t2]",
    "[1,\x0c2]",
    "[1,\x0b2]",
]


def literal(text):
    """The value, or FAIL: also for what the engine leaves as text (bytes, sets, complex, ...)."""
    try:
        value = ast.literal_eval(text)
        plain = all(
            isinstance(v, (int, float, str, bool, list, tuple, dict, type(None)))
            for v in every(value)
        )
        return repr(value) if plain else FAIL
    except Exception:
        return FAIL


def every(value):
    yield value
    if isinstance(value, dict):
        for k, v in value.items():
            yield from itertools.chain(every(k), every(v))
    elif isinstance(value, (list, tuple, set)):
        for v in value:
            yield from every(v)


def mutated():
    """Small accidents in good literals."""
    seeds = [
        "[1, -2.5, 'x']",
        "{'a': (1,), 'b': [None, True]}",
        "1_000",
        "0x1f",
        "-1e5",
        "'a' \"b\"",
        "('a', r'\\d', u'\\u00e9')",
        "12 # c\n",
        "{1: {2: [3, (4, 5)]}}",
        "\n1,\n",
    ]
    alphabet = " \t\n,:;#()[]{}'\"\\0123456789eExXbor_.-+uaNT"
    for _ in range(1500):
        text = list(random.choice(seeds))
        for _ in range(random.randint(1, 2)):
            at = random.randrange(len(text) + 1)
            act = random.random()
            if act < 0.4:
                text.insert(at, random.choice(alphabet))
            elif act < 0.7 and at < len(text):
                del text[at]
            elif at < len(text):
                text[at] = random.choice(alphabet)
        yield "".join(text)


def literal_rows():
    for text in dict.fromkeys(LITERALS + LINES + list(mutated())):
        if "N{" not in text:
            yield text, literal(text)


# --- floats and texts ---


def double(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def float_rows():
    numbers = [
        0.0,
        -0.0,
        1e15,
        1e16,
        1e17,
        123456789.125,
        0.1,
        0.3,
        1 / 3,
        2 / 3,
        1e-4,
        1e-5,
        1.5e-5,
        5e-324,
        1e21,
        1e22,
        1e23,
        9007199254740993.0,
        0.1 + 0.2,
        100.0,
        12.5,
        99.99,
        1e100,
        math.inf,
        -math.inf,
        1.7976931348623157e308,
        2.2250738585072014e-308,
        999999999.999999,
        999999999.9999999,
    ]
    numbers += [2.0**n for n in range(-1074, 1024, 7)] + [10.0**n for n in range(-30, 31)]
    numbers += [round(random.uniform(-1e6, 1e6), random.randint(0, 8)) for _ in range(300)]
    numbers += [double(random.getrandbits(64)) for _ in range(600)]
    for number in numbers:
        if not math.isnan(number):
            yield struct.pack(">d", number).hex(), repr(number)


def text_rows():
    texts = [
        "",
        "a",
        "'",
        '"',
        "'\"",
        "\\",
        "\n\r\t",
        "\x00\x1f\x7f\x80\xa0\xad\xff",
        "\u00e9\u4e16",
        "\u2028",
        "\ud800",
        "\udfff",
        "\ue000",
        "\uffff",
        "\U0001f600",
        "\U000e0001",
        "\U0010ffff",
        "\u0378",
        "\u200b",
        "\ufeff",
        "it's",
        'say "hi"',
        "\u0300",
        "\u3000",
    ]
    texts += [
        "".join(
            chr(
                random.choice(
                    [random.randrange(0x250), random.randrange(0x11000), random.randrange(0x110000)]
                )
            )
            for _ in range(8)
        )
        for _ in range(200)
    ]
    for text in texts:
        yield text.encode("utf-8", "surrogatepass").hex(), repr(text).encode("utf-8").hex()


def time_rows():
    zones = [None, 0, 3600, -28800, 19800, 1, -1, -3661, 86399]
    days = [(1, 1, 1), (1970, 1, 1), (2024, 2, 29), (9999, 12, 31)]
    clocks = [(0, 0, 0, 0), (10, 5, 0, 0), (10, 5, 7, 0), (23, 59, 59, 999999), (1, 2, 0, 5)]
    for day, clock, zone in itertools.product(days, clocks, zones):
        info = None if zone is None else datetime.timezone(datetime.timedelta(seconds=zone))
        if zone == 0:
            info = datetime.UTC
        time = datetime.datetime(*day, *clock, tzinfo=info)
        yield *day, *clock, "-" if zone is None else zone, str(time), repr(time)


def delta_rows():
    day = 86400 * 10**6
    for us in [
        0,
        1,
        -1,
        day,
        -day,
        day + 1,
        2 * day,
        -2 * day - 5,
        3600 * 10**6,
        61 * 10**6,
        1500000,
        400 * day + 7,
        -3661 * 10**6,
        day - 1,
    ]:
        delta = datetime.timedelta(microseconds=us)
        yield us, str(delta), repr(delta)


# --- comparison ---

COMPARED = [
    "None",
    "True",
    "False",
    "0",
    "1",
    "-1",
    "2",
    "1.0",
    "0.0",
    "-0.0",
    "1.5",
    "nan",
    "1e400",
    "-1e400",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "9223372036854775808.0",
    "9007199254740993",
    "9007199254740992.0",
    "1180591620717411303424",
    "1180591620717411303424.0",
    "1180591620717411303425",
    "1e300",
    "9e18",
    "'a'",
    "'b'",
    "''",
    "'ab'",
    "'\u00e9'",
    "'\uffff'",
    "'\U0001f600'",
    "[]",
    "[1]",
    "[1.0]",
    "[True]",
    "[1, 2]",
    "[1, 'a']",
    "[2]",
    "()",
    "(1,)",
    "(1, 2)",
    "{}",
    "{'a': 1}",
    "{'a': 1.0}",
    "{'a': 1, 'b': 2}",
    "{'b': 2, 'a': 1}",
    "{1: 'x'}",
    "{1.0: 'x'}",
    "{True: 'x'}",
    "[[1], {'a': ()}]",
    "[[1.0], {'a': ()}]",
    "{9223372036854775808: 1}",
    "{9223372036854775808.0: 1}",
]


def evaluate(text):
    return math.nan if text == "nan" else ast.literal_eval(text)


def order(a, b):
    try:
        if a < b:
            return -1
        if a > b:
            return 1
        return 0 if a <= b and a >= b else 2
    except TypeError:
        return FAIL


def compare_rows():
    for left, right in itertools.product(COMPARED, COMPARED):
        a, b = evaluate(left), evaluate(right)
        yield left, right, int(a == b), order(a, b), int(bool(a))


# --- dpath ---

DOCUMENTS = [
    {},
    [],
    {"a": 1},
    {"a": None},
    {"a": {"b": [1, {"c": 2}, {"c": 3}]}, "d": [[1, 2], [3]]},
    [1, [2, 3], {"x": 4}],
    {"0": "zero", "1": {"b": 1}},
    {0: "int", 1: {"b": 1}},
    {"items": [{"id": 1, "t": ["x"]}, {"id": 2}, {"no": 3}]},
    {"data": {"items": []}},
    {"data": {"items": {}}},
    {"a*": 1, "ab": 2, "ac": 3, "b": {"a*": 4}},
    {"k[0]": 1, "k0": 2},
    {"a": "text", "b": 5, "c": True},
    {"x": (1, 2, {"y": 3})},
    {"a": {"b": {"c": {"d": 1}}}},
    {"a": [1, 2, 3]},
    {"a": [[1, 2, 3], [4, 5], []]},
    {"True": 1, "x": {"True": 2}},
    {"a.b": {"c": 1}, "a": {"b.c": 2}},
    {"\u00e9": {"\u4e16": 1}},
    {"a-b": 1, "a_b": 2, "a]b": 3},
    {"rows": [{"v": i} for i in range(12)]},
]
PATHS = [
    [],
    ["a"],
    ["b"],
    ["a", "b"],
    ["a", "b", "1"],
    ["a", "b", 1],
    ["a", "b", "1", "c"],
    ["a", "b", "*", "c"],
    ["a", "b", "-1"],
    ["a", "b", -1],
    ["a", "*"],
    ["*"],
    ["*", "*"],
    ["**"],
    ["**", "c"],
    ["a", "**"],
    ["a", "**", "c"],
    ["**", "**"],
    ["d", "*", "*"],
    ["d", "0", "1"],
    ["0"],
    [0],
    ["1"],
    [1],
    ["1", "b"],
    [1, "b"],
    ["-1"],
    [-1],
    ["items"],
    ["items", "*"],
    ["items", "*", "id"],
    ["items", "0"],
    ["items", "5"],
    ["items", "x"],
    ["data", "items"],
    ["data", "items", "*"],
    ["a*"],
    ["a[*]"],
    ["a?"],
    ["k[0]"],
    ["k[[]0]"],
    ["[a-b]"],
    ["[!a]"],
    ["[]a]*"],
    ["x", "2", "y"],
    ["x", "*"],
    ["x", "*", "y"],
    ["a", "b", "c", "d"],
    ["**", "d"],
    ["a", "b", "c", "e"],
    ["a", "0"],
    ["a", "2"],
    ["a", "1"],
    ["a", "*", "0"],
    ["a", "*", "2"],
    ["a", "1_0"],
    ["a", "+1"],
    ["a", " 1 "],
    ["a", ""],
    ["True"],
    ["x", "True"],
    [True],
    ["a.b"],
    ["a.b", "c"],
    ["a", "b.c"],
    ["\u00e9"],
    ["\u00e9", "?"],
    ["a[-_]b"],
    ["a[]]b"],
    ["a[!-]b"],
    ["a[_-]b"],
    ["rows", "1*", "v"],
    ["rows", "1?"],
    ["rows", "*"],
    ["rows", "11"],
    ["rows", "[2-3]", "v"],
    ["b", "*"],
    ["**", "1"],
    ["a", "b", "**"],
    [None],
    [1.0],
    ["a", 1.0],
    ["new"],
    ["new", "x"],
    ["new", "0"],
    ["new", "2"],
    ["new", 1, "y"],
    ["new", "0", "0"],
    ["a", "5"],
    ["a", "new"],
    ["a", "new", "x"],
    ["a", "b", "7"],
    ["a", "b", "7", "x"],
    ["a", "b", "x"],
    ["a", "-9"],
    ["new", "-1"],
    ["a", "b", "0", "x"],
    ["[z-a]"],
    ["[!z-a]"],
    ["["],
    ["a["],
    ["[!]"],
    ["*b*"],
    ["*a*b"],
    ["?"],
    ["-1", "**"],
    [-1, "**"],
    ["a", "-1", "**"],
]


def attempt(work, *args):
    try:
        return repr(work(*args))
    except Exception:
        return FAIL


def dpath_new(document, path):
    dpath.new(document, path, "NEW")
    return document


def dpath_delete(document, path):
    try:
        count = dpath.delete(document, path)
    except dpath.exceptions.PathNotFound:
        count = 0
    return document, count


def dpath_rows():
    for document, path in itertools.product(DOCUMENTS, PATHS):
        values = attempt(dpath.values, document, path)
        get = attempt(dpath.get, document, path)
        # An int as last segment into a dict is a fault of dpath (extend of a dict): not pinned.
        into_dict = path and isinstance(path[-1], (int, bool))
        new = "-" if into_dict or not path else attempt(dpath_new, copy.deepcopy(document), path)
        delete = attempt(dpath_delete, copy.deepcopy(document), path)
        yield repr(document), repr(path), values, get, new, delete


write("literal.tsv", literal_rows())
write("float.tsv", float_rows())
write("text.tsv", text_rows())
write("time.tsv", time_rows())
write("delta.tsv", delta_rows())
write("compare.tsv", compare_rows())
write("dpath.tsv", dpath_rows())
