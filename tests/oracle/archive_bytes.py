"""Writes lib/archive/test/bytes.inc: archives as Python's gzip and zipfile make them.

python tests/oracle/archive_bytes.py > lib/archive/test/bytes.inc
"""

import gzip
import io
import zipfile

TEXT = b"".join(b'{"id": %d, "name": "caf\xc3\xa9"}\n' % i for i in range(40))
CLOCK = (2024, 1, 1, 0, 0, 0)


def literal(name, data):
    lines = [data[i : i + 24] for i in range(0, len(data), 24)] or [b""]
    print(f"static const struct spk_view {name} =")
    print("    SPK_VIEW(" + "\n             ".join(f'"{escape(line)}"' for line in lines) + ");")


def escape(line):
    return "".join(f"\\{byte:03o}" for byte in line)


def packed(files, method=zipfile.ZIP_DEFLATED, front=b""):
    out = io.BytesIO(front)
    out.seek(len(front))
    with zipfile.ZipFile(out, "a" if front else "w") as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, CLOCK), data, method)
    return out.getvalue()


class Unseekable(io.RawIOBase):
    """Makes zipfile write data descriptors behind the files."""

    def __init__(self):
        self.data = b""

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)


def with_descriptors():
    out = Unseekable()
    info = zipfile.ZipInfo("a.jsonl", CLOCK)
    with (
        zipfile.ZipFile(out, "w") as archive,
        archive.open(info, "w", force_zip64=True) as member,
    ):
        member.write(TEXT)
    return out.data


def main():
    print("/* Written by tests/oracle/archive_bytes.py: do not edit. */\n/* clang-format off */")
    one = gzip.compress(TEXT, mtime=0)
    files = [("folder/", b""), ("folder/a.jsonl", TEXT), ("empty", b""), ("b.jsonl", TEXT[:60])]
    literal("text", TEXT)
    literal("gzip_one", one)
    literal("gzip_two", gzip.compress(TEXT[:600], mtime=0) + gzip.compress(TEXT[600:], mtime=0))
    literal("zip_deflated", packed(files))
    literal("zip_stored", packed(files, zipfile.ZIP_STORED))
    literal("zip_with_front", packed(files, front=b"#!/bin/sh\n"))
    literal("zip_descriptors", with_descriptors())
    literal("zip_bzip2", packed(files[1:2], zipfile.ZIP_BZIP2))
    literal("zip_none", packed([]))
    print("/* clang-format on */")


main()
