"""Writes the goldens of lib/json: what orjson and Python's json read and write.

    python tests/oracle/json_golden.py lib/json/test/golden     (needs: pip install orjson==3.13.0)

Lines are cases, tabs part the columns, all cells are hexadecimal UTF-8; "!" means a refusal.
read.tsv: text, repr by orjson (integers past 64 bits are floats), repr by Python's json.
write.tsv: value as a Python literal, orjson, json.dumps, json.dumps without ensure_ascii, with
sorted keys and an indent of 2.
"""

import json
import math
import random
import struct
import sys
from pathlib import Path

import orjson

random.seed(42)


def cell(data):
    if data is None:
        return "!"
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    return data.hex()


def write(name, rows):
    with open(Path(sys.argv[1]) / name, "w", encoding="ascii", newline="\n") as file:
        for row in rows:
            file.write("\t".join(map(cell, row)) + "\n")


def attempt(work, *args, **options):
    try:
        return work(*args, **options)
    except Exception:
        return None


# --- reading ---

TEXTS = r"""
1|-1|0|-0|-0.0|1.0|1E5|1e-5|0.1|1e400|-1e400|1e-400|1.7976931348623159e308
123456789012345678901234567890|9223372036854775807|9223372036854775808|18446744073709551615
18446744073709551616|-9223372036854775808|-9223372036854775809|01|-01|1.|.5|+1|-|1e|1e+|1.5.5|0x10
1_000|5e-324|null|true|false|nul|True|None|nan|NaN|-NaN|+NaN|Infinity|-Infinity|infinity|inf|[NaN]
[NaN,Infinity,-Infinity]|{"a":NaN}|[nan]|[Inf]|["NaN",NaN]|[Infinity,"inf nan"]|{"NaN":1}|NaNN
"\ud800"|"\udc00"|"\ud83d\ude00"|"\uD83D\uDE00"|"\ud83d"|"\ud83dx"|"\ud83d\u0041"
"\ud83d\ud83d\ude00"|["\ud83d",NaN]|{"\udfff":1,"b":[1,2]}|"\\ud800"|"\\\ud800"|"\u0000"|"\u00e9"
"\u00E9"|"\u12"|"\u12g4"|"\q"|"\/"|"\"\\\/\b\f\n\r\t"|"|"a|"a\|"a\"|""|"a" "b"|[]|[ ]|{}|{ }|[1,]
[,1]|[1 2]|[1|]|{"a":1}|{"a":1,}|{"a" 1}|{"a"}|{a:1}|{1:2}|{"a":1,"b":2,"a":3}|{"a":{"a":1,"a":2}}
{"":0}|[[],{},""]|[1]]|1 2||[1]x|/* c */1|1//c|'a'|[1e1,1E+1,1e-1]|[[[[[[1]]]]]]
{"a":[{"b":[{"c":null}]}]}|tru|[true,false,null]|[1,[2,[3]]]
["\ud800\udc00","\ud800",1e400,123456789012345678901234567890]
""".replace("\n", "|").split("|")
RAW = [
    b"",
    b" ",
    b"\n",
    b"\t\n\r 1 ",
    b"\x0c1",
    b"\xef\xbb\xbf1",
    b'"\xff"',
    b'"\xc3"',
    b'"\xed\xa0\x80"',
    b'"\xc0\x80"',
    b'"\xf4\x90\x80\x80"',
    '"é世😀"'.encode(),
    b'"\x00"',
    b'"\x1f"',
    b'"\x7f"',
    '"\u2028\u2029"'.encode(),
    b"\x00",
    b"1\x00",
    b'["a|b"]',
    "[\u00a01]".encode(),
    b'{"a\tb":1}',
    b"[\n1\n,\r\n2\t]",
    b'{"x" : [ 1 , 2 ] , "y" :{ } }',
]
READ = [text.encode() for text in TEXTS if text] + RAW


def read(loads, data):
    return attempt(lambda: repr(loads(data.decode("utf-8"))))


def read_rows():
    for data in READ:
        yield data, read(orjson.loads, data), read(json.loads, data)


# --- writing ---

VALUES = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2**63 - 1,
    -(2**63),
    2**63,
    2**64 - 1,
    2**64,
    -(2**63) - 1,
    10**40,
    0.0,
    -0.0,
    1.0,
    1.5,
    0.1,
    1e15,
    1e16,
    1e17,
    1e-4,
    1e-5,
    1.234e-5,
    9.99e-5,
    1e-6,
    1.5e-6,
    1e-7,
    -1e-5,
    -2.5e-5,
    -1e-9,
    1e-10,
    5e-324,
    1e21,
    1e22,
    1e100,
    1.7976931348623157e308,
    123456789.123,
    "",
    "a",
    "é",
    "世界",
    "😀",
    "\u2028",
    "\x7f",
    "\x80",
    '\x00\x1f"\\/\b\f\n\r\t',
    "\ufffd\uffff",
    "a" * 100,
    "é" * 40,
    ("x" * 15 + '"') * 3,
    [],
    {},
    (),
    [[]],
    [{}],
    [1, 2],
    (1, 2),
    {"a": 1},
    {"b": 1, "a": [1, {"c": None}]},
    {"é": "\n"},
    [True, [False, [None]]],
    {"z": 1, "é": 2, "a": 3, "😀": 4, "\uffff": 5, "Z": 6},
    {"a": {}, "b": [], "c": [[], {}]},
]
KEYS = [{1: 2}, {1.5: 1}, {None: 1}, {True: 1}, {False: [1]}, {-1: {2: 3}}, {1e16: 1, 1e-7: 2}]


def random_value(depth):
    kind = random.random()
    if depth > 3 or kind < 0.5:
        return random.choice(
            [
                lambda: random.randint(-(2**40), 2**40),
                lambda: round(random.uniform(-1e4, 1e4), random.randint(0, 6)),
                lambda: struct.unpack("<d", struct.pack("<Q", random.getrandbits(62)))[0],
                lambda: "".join(
                    chr(
                        random.choice(
                            [
                                random.randrange(0x20, 0x7F),
                                random.randrange(0x100),
                                random.randrange(0xD800),
                                random.randrange(0xE000, 0x110000),
                            ]
                        )
                    )
                    for _ in range(random.randrange(20))
                ),
                lambda: random.choice([None, True, False]),
            ]
        )()
    if kind < 0.75:
        return [random_value(depth + 1) for _ in range(random.randrange(4))]
    return {
        "k%d" % random.randrange(10**6): random_value(depth + 1) for _ in range(random.randrange(4))
    }


def write_rows():
    values = VALUES + KEYS + [random_value(0) for _ in range(250)]
    for value in values:
        if isinstance(value, float) and math.isnan(value):
            continue
        keys = orjson.OPT_NON_STR_KEYS if value in KEYS else 0
        yield (
            repr(value),
            attempt(orjson.dumps, value, option=keys),
            json.dumps(value),
            json.dumps(value, ensure_ascii=False),
            attempt(json.dumps, value, indent=2, sort_keys=True),
        )


write("read.tsv", read_rows())
write("write.tsv", write_rows())
