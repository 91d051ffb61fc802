"""lib/csv/test/golden.inc: what csv.DictReader over a text stream makes of small files.

python3 tests/oracle/csv_golden.py > lib/csv/test/golden.inc     (Python 3.11 or later)
"""

import csv
import io

import golden

CASES = [
    # (bytes, delimiter, encoding)
    *[
        (text.encode(), ",", "utf-8")
        for text in (
            "",
            "\n",
            "a",
            "a\n",
            "a,b\n",
            "a,b\n1,2\n",
            "a,b\n1,2",
            "a,b\r\n1,2\r\n",
            "a,b\r1,2\r",
            "a,b\r\n\r\n1,2\r\n\r\n",
            "a,b\n\n\n1,2\n\n3,4\n",
            "\na,b\n1,2\n",
            "\n\na,b\n1,2\n",
            " \na\n1\n",
            "a,b\n1\n",
            "a,b\n1,2,3\n",
            "a,b\n1,2,3,4\n",
            "a,b\n,\n",
            "a,b\n,,\n",
            'a\n""\n',
            "a\n,\n",
            "a,b\n1,\n",
            "a,b\n1,",
            "a,a\n1,2\n",
            "a,a,b\n1,2\n",
            "a,b,a\n1\n",
            "a,b,a\n1,2,3,4\n",
            ",\n1,2\n",
            "a,,b\n1,2,3\n",
            'a\n"x"\n',
            'a,b\n"x,y","z"\n',
            'a\n"x""y"\n',
            'a\n""""\n',
            'a\n"""x"""\n',
            'a,b\n"x\ny",2\n',
            'a,b\n"x\r\ny",2\r\n',
            'a,b\n"x\ry",2\n',
            'a\n"x\n\n\ny"\n',
            'a\n"x\r\n\r\ny"\n',
            'a\nx"y\n',
            'a\nx""y\n',
            'a\nx"y,z"\n',
            'a\n"x"y\n',
            'a\n"x"y"z"\n',
            'a,b\n"x" ,2\n',
            'a,b\n "x",2\n',
            'a,b\n"x"y,"z"\n',
            'a\n"x',
            'a\n"x\n',
            'a\n"x\ny',
            'a\n"',
            'a\n"\n',
            'a,b\n1,"',
            'a,b\n"1',
            'a\n"x"',
            'a\n"x""',
            '"a","b"\n"1","2"\n',
            '"a\nb",c\n1,2\n',
            '"a""b"\n1\n',
            " a , b \n 1 , 2 \n",
            "a,b\n1;2\n",
            "a\n\t\n",
            "a\n'x,y'\n",
            "a\n\\\n",
            'a,b\n\\"x,2\n',
            "a\n\u00e9\u4e2d\U0001f600\n",
            "\u00e9\n1\n",
            "\ufeffa,b\n1,2\n",
            "a\n\x00\n",
            'a\nx\x00y,"\x00"\n',
            "a\n\x0b\x0c\x1c\x85\n",
            "a\n\u2028x\u2029\n",
            "a\n1\r\r\n2\n",
            "a\n1\n\r2\n",
            "a\r\n1\n2\r3",
            "a\n1\r",
            'a\n"1\r',
            'a\n"1\r"\n',
            'a\n"\r\n"\n',
            "a\n\r\n",
            "\r\n",
            "\r",
            "a\n" + "x" * 3000 + "\n",
            "a\n" + '""' * 500 + "\n",
            ",".join("abcdefghijklmnop") + "\n" + ",".join("0123456789abcdef") + "\n",
        )
    ],
    *[
        (text.encode(), delimiter, "utf-8")
        for text, delimiter in (
            ("a;b\n1,5;2\n", ";"),
            ('a\tb\n1\t"x\ty"\n', "\t"),
            ("a|b\n1|2|3\n", "|"),
            ("a b\n1  2\n", " "),
            ("a\u00a6b\n1\u00a62\u00a43\n", "\u00a6"),
            ('a\u4e2db\n"1\u4e2d"\u4e2d2\n', "\u4e2d"),
            ("a\U0001f600b\n1\U0001f6002\n", "\U0001f600"),
            ("a.b\n1.2\n", "."),
            ("aab\n1a2\n", "a"),
        )
    ],
    *[
        (text.encode(encoding), ",", encoding)
        for text in ("a,b\n1,2\n", '\u00e9,b\r\n\u00fc,"\u00e8\n"\r\n')
        for encoding in (
            "utf-8-sig",
            "latin-1",
            "iso-8859-1",
            "ISO_8859_1",
            "latin1",
            "cp1252",
            "windows-1252",
            "utf-16",
            "utf-16-le",
            "utf_16_be",
            "utf-32",
            "UTF8",
            "iso-8859-15",
        )
    ],
    (b"a\n1\n", ",", "utf-8-sig"),
    (b"\xef\xbb\xbf\n1\n", ",", "utf-8-sig"),
    (b"\xef\xbb\xbf", ",", "utf-8-sig"),
    (b"\xef\xbb\xbf\xef\xbb\xbfa\n1\n", ",", "utf-8-sig"),
    (b'\xef\xbb\xbf"a"\n1\n', ",", "utf-8"),
    (b"a\n\xff\n", ",", "utf-8"),
    (b"a\n\xc3", ",", "utf-8"),
    (b"a\n\xc3\n", ",", "utf-8"),
    (b"a\n\xed\xa0\x80\n", ",", "utf-8"),
    (b"a\n\xc0\x80\n", ",", "utf-8"),
    (b"a\n\xf5\x80\x80\x80\n", ",", "utf-8"),
    (b"a\n\xf0\x9f\x98\x80\n", ",", "utf-8"),
    (b"a\n\xe2\x82\n", ",", "utf-8"),
    (b"a\n\xe9\n", ",", "ascii"),
    (b"a\n\x80\x93\x9f\n", ",", "cp1252"),
    (b"a\n\x81\n", ",", "cp1252"),
    (b"a\n\x80\x9f\xff\n", ",", "latin-1"),
    (b"\xfe\xff\0a\0\n\0\xe9\0\n", ",", "utf-16"),
    (b"\xff\xfea\0\n\0\xe9\0\n\0", ",", "utf-16"),
    (b"a\0\n\0\xe9\0\n\0", ",", "utf-16"),
    (b"a\0\n\0\xe9\0\n", ",", "utf-16"),
    (b"\xff\xfea\0\n\0\x00\xd8\n\0", ",", "utf-16"),
    (b"\xff\xfea\0\n\0\x3d\xd8\x00\xde\n\0", ",", "utf-16"),
    (b"\xff\xfea\0\n\0", ",", "utf-16-le"),
]


def expected(data, delimiter, encoding):
    try:
        text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding)
        return golden.literal(repr(list(csv.DictReader(text, delimiter=delimiter))))
    except Exception:
        return "NULL"


if __name__ == "__main__":
    golden.write(
        [
            (
                golden.view(data),
                golden.view(delimiter),
                f'"{encoding}"',
                expected(data, delimiter, encoding),
            )
            for data, delimiter, encoding in CASES
        ],
        "csv_golden.py",
    )
