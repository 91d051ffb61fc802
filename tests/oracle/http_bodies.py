"""lib/http/test/bodies.inc: one text in every content coding, and the start of a gzip bomb.

python3 tests/oracle/http_bodies.py > lib/http/test/bodies.inc     (needs brotli)
"""

import gzip
import zlib

import brotli
import golden

TEXT = b'{"records": [{"id": 1, "name": "\xc3\xa9"}, {"id": 2, "name": "\xe4\xb8\xad"}]}\n' * 20


def raw_deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def bomb_start():
    """Behind this, each zero byte unpacks to 1032 zero bytes, for ever."""
    packed = gzip.compress(bytes(1 << 24), 9, mtime=0)
    return packed[: packed.index(bytes(1000)) + 1000]


def main():
    print("/* Written by tests/oracle/http_bodies.py: do not edit. */")
    bodies = {
        "text": TEXT,
        "gzip": gzip.compress(TEXT, mtime=0),
        "zlib": zlib.compress(TEXT),
        "deflate": raw_deflate(TEXT),
        "brotli": brotli.compress(TEXT),
        "members": gzip.compress(TEXT, mtime=0) * 2,
        "garbage": gzip.compress(TEXT, mtime=0) + b"\0 garbage",
        "bomb": bomb_start(),
    }
    for name, data in bodies.items():
        print(f"static const struct spk_view {name}_body = {golden.view(data)};")


main()
