"""The SGML of 2001 (ST.32, PATDOC 2.4) as a tree.

It is XML but for three things: empty elements have no end, attributes need no quotes, and characters are named by the
ISO sets. So an element that never ends is empty, and what follows it are its siblings.
"""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from xml.etree.ElementTree import Element

from sevenviews.corpus.safe_xml import XmlError

# Each alternative but the last ends somewhere, if need be at the end of the text: what never ends is scanned once.
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[.*?(?:\]\]>|\Z)|<!\w[^\[>]*(?:\[[^\]]*\]?\s*)?>?|<\?[^>]*>?"
    r"|<(?P<end>/)?(?P<tag>[A-Za-z][\w.-]{0,63})(?P<attributes>(?![\w.-])[^<>]{0,4096}?)(?P<empty>/)?>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_MAX_BYTES = 16 << 20


def parse_sgml(content: bytes) -> Element:
    """The tree of a document.

    Raises:
        XmlError: it holds no element, or its root never ends: then nobody can say what is missing.
    """
    if len(content) > _MAX_BYTES:
        raise XmlError(f"holds more than {_MAX_BYTES} bytes")
    text = _decoded(content)
    builder = _Builder()
    position = 0
    for token in _TOKEN.finditer(text):
        builder.text(text[position : token.start()])
        position = token.end()
        if token["tag"] is None:
            continue
        if token["end"]:
            builder.end(token["tag"])
            continue
        attributes = {
            name: unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(token["attributes"])
        }
        builder.start(Element(token["tag"], attributes), empty=bool(token["empty"]))
    return builder.root()


class _Builder:
    """Builds a tree in which elements may lack their ends."""

    def __init__(self) -> None:
        self._open = [Element("document")]
        self._names = Counter[str]()
        self._pieces: list[str] = []

    def text(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)

    def start(self, element: Element, *, empty: bool) -> None:
        self._flush()
        self._open[-1].append(element)
        if not empty:
            self._open.append(element)
            self._names[element.tag] += 1

    def end(self, tag: str) -> None:
        """End the last element called so; those in it that never ended are empty, and their content follows them."""
        self._flush()
        if not self._names[tag]:
            return
        unended = []
        while self._open[-1].tag != tag:
            unended.append(self._pop())
        ended = self._pop()
        for element in reversed(unended):
            children = list(element)
            element.tail, element.text = element.text, None
            del element[:]
            ended.extend(children)

    def root(self) -> Element:
        self._flush()
        document, *unended = self._open
        if unended or len(document) == 0:
            raise XmlError("is not whole: its root never ends")
        return document[0]

    def _pop(self) -> Element:
        element = self._open.pop()
        self._names[element.tag] -= 1
        return element

    def _flush(self) -> None:
        if not self._pieces:
            return
        text = unescape("".join(self._pieces))
        self._pieces.clear()
        parent = self._open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + text
        else:
            parent.text = (parent.text or "") + text


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
