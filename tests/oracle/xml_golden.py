"""lib/xml/test/golden.inc: what xmltodict makes of small documents.

    python3 tests/oracle/xml_golden.py > lib/xml/test/golden.inc     (needs xmltodict 0.14.2)

Documents that declare entities or attribute defaults are not here: expat drops or expands them,
lib/xml refuses or ignores them (README).
"""

import golden
import xmltodict

DOCUMENTS = [
    "<a/>", "<a></a>", "<a> \n </a>", "<a>x</a>", "<a> x y </a>", "<a b='1'/>", "<a b=''/>",
    "<a b='1'>x</a>", "<a b='1'> </a>", "<a><b>1</b></a>", "<a><b>1</b><b>2</b></a>",
    "<a><b>1</b><b/><b>3</b></a>", "<a><b>1</b><c>x</c><b>2</b></a>", "<a>x<b/>y</a>",
    "<a>x<b>1</b>y<b>2</b>z</a>", "<a> x <b/> y </a>", "<a><b/></a>", "<a><b><c><d>1</d></c></b></a>",
    "<a><b x='1'/><b x='2'>t</b><b/></a>", "<a z='1' y='2' x='3'><w/><v/></a>",
    "<a b='1'><b>2</b></a>", "<r><row><id>1</id></row></r>",
    "<r><row><id>1</id></row><row><id>2</id><id>3</id></row></r>",
    "<a><!-- c -->x<!-- d -->y</a>", "<a>x<?pi y?>z</a>", "<!-- c --><a/><!-- d -->",
    "<?pi x?><a/><?pi y?>", "<a><![CDATA[<b>&amp;]]></a>", "<a> <![CDATA[ x ]]> </a>",
    "<a>1<![CDATA[2]]>3</a>", "<a><![CDATA[]]></a>", "<a><![CDATA[ ]]></a>", "<a>]]</a>",
    "<a>]]></a>", "<a>&amp;&lt;&gt;&quot;&apos;</a>", "<a>&#65;&#x42;&#x1F600;&#233;</a>",
    "<a b='&amp;&lt;&#10;&#x41;'/>", "<a>&#160;x&#160;</a>", "<a>&#x3000;x&#x2003;y&#x2028;</a>",
    "<a>\u0085x</a>", "<a>\u200bx</a>", "<a>x\r\ny\rz</a>", "<a b='x\n\ty  z'/>", "<a>\ttab\n</a>",
    "<a>&#13;x</a>", "<a>&#0;</a>", "<a>&#1;</a>", "<a>&#xD800;</a>", "<a>&#x110000;</a>",
    "<a>&x;</a>", "<a b='&x;'/>", "<a>&amp</a>", "<a>& b</a>", "<a>&nbsp;</a>",
    "<a xmlns='u'><b/></a>", "<a xmlns:n='u' c='1'><n:b n:d='2'>x</n:b></a>", "<n:a/>",
    "<a n:b='1'/>", "<a b='1' xmlns='u' c='2' xmlns:d='v'/>", "<a:b:c/>", "<a xmlns:n=''/>",
    "<a x:b='1' y:b='2' xmlns:x='u' xmlns:y='u'/>", "<xml/>", "<_a-b.c1/>", "<\u00e9l\u00e9ment>\u4e2d</\u00e9l\u00e9ment>",
    "<soap:Envelope xmlns:soap='u'><soap:Body><r><row id='1'/></r></soap:Body></soap:Envelope>",
    "<?xml version='1.0'?><a/>", "<?xml version='1.0' encoding='UTF-8'?><a>\u00e9</a>",
    "<?xml version='1.0' standalone='yes'?><a/>", "<?xml version='1.1'?><a/>", " <?xml version='1.0'?><a/>",
    "  <a/>", "\n<a/>\n", "\ufeff<a/>", "\ufeff<?xml version='1.0'?><a>\u00e9</a>",
    "<!DOCTYPE a><a/>", "<!DOCTYPE a SYSTEM 'none.dtd'><a>x</a>",
    "<!DOCTYPE html PUBLIC 'p' 'none.dtd'><html><body>1&nbsp;2</body></html>",
    "<!DOCTYPE a [<!ELEMENT a ANY>]><a/>",
    "", " ", "x", "wrong key", "{\"a\": 1}", "<", "<a", "<a>", "<a></b>", "<a><b></a></b>", "</a>",
    "<a/><b/>", "<a/>x", "x<a/>", "<a b/>", "<a b=1/>", "<a b='1' b='2'/>", "<a b='1'c='2'/>",
    "<a b='<'/>", "<a b=\"1'/>", "<1a/>", "<a 1b='x'/>", "< a/>", "<a>\x01</a>", "<a>\x7f</a>",
    "<a>\x00</a>", "<a><b>", "<a><!-- </a>", "<a><!-- -- --></a>", "<a><![CDATA[</a>", "<a><?x</a>",
    "<!DOCTYPE html><html><head><meta charset='x'></head></html>", "<html><br></html>",
    "<html lang=en></html>", "<?xml version='1.0'?>", "<?xml?><a/>", "<?xml version='1.0'><a/>",
    "<a>\ufffe</a>", "<a>\ufffd\U0010ffff</a>",
    b"<?xml version='1.0' encoding='ISO-8859-1'?><a b='\xe9'>\xe9</a>",
    b"<?xml version='1.0' encoding='iso-8859-1'?><\xe9/>",
    b"<?xml version='1.0' encoding='UTF-8'?><a>\xe9</a>", b"<a>\xff</a>", b"<a>\xc3</a>", b"<a b='\xe9'/>",
    "<?xml version='1.0' encoding='UTF-16'?><a b='\u00e9'>\u4e2d</a>".encode("utf-16"),
    "<?xml version='1.0' encoding='UTF-16'?><a>\u00e9</a>".encode("utf-16-be").join([b"\xfe\xff", b""]),
    "<a><b>1</b><b>2</b></a>".encode("utf-16"),
    "<a>" * 256 + "x" + "</a>" * 256,
    "<r>" + "<row a='1'><b>x</b></row>" * 50 + "</r>",
    "<a>" + "x" * 5000 + "</a>",
]


def expected(document):
    # Text is parsed as the CDK does it (as UTF-8, whatever is declared); bytes by what they declare.
    encoding = "utf-8" if isinstance(document, str) else None
    try:
        return golden.literal(repr(xmltodict.parse(document, encoding=encoding)))
    except Exception:
        return "NULL"


if __name__ == "__main__":
    golden.write([(golden.view(d), "1" if isinstance(d, str) else "0", expected(d)) for d in DOCUMENTS],
                 "xml_golden.py")
