"""Writes golden tables as C initializers: {input, what the reference made of it or NULL}."""


def literal(data):
    """Bytes or text as a C string literal; octal escapes cannot run into what follows."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    named = {0x22: '\\"', 0x5C: "\\\\", 0x0A: "\\n", 0x09: "\\t", 0x0D: "\\r", 0x3F: "\\?"}
    text = "".join(named.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in data)
    pieces, at = [], 0
    while at < len(text) or not pieces:
        end = min(at + 80, len(text))
        while end < len(text) and "\\" in text[end - 4 : end]:
            end += 1
        pieces.append(f'"{text[at:end]}"')
        at = end
    return "\n     ".join(pieces)


def view(data):
    return f"SPK_VIEW({literal(data)})"


def write(rows, source):
    print(f"/* Written by tests/oracle/{source}: do not edit. */")
    for row in rows:
        print("    {" + ",\n     ".join(row) + "},")
