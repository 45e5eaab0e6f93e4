"""XML from outside: nothing is fetched, nothing is expanded."""

from __future__ import annotations

import re
from html.entities import html5
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, EntitiesForbidden
from defusedxml.ElementTree import DefusedXMLParser

_CHARACTERS = {name.rstrip(";"): character for name, character in html5.items()}
_HEAD = 4096
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_COMMENT = re.compile(
    rb"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!DOCTYPE[^\[>]*(?:\[[^\]]*(?:\]|\Z))?", re.DOTALL
)


class XmlError(ValueError):
    """It is not well-formed, or would have to be expanded."""


def parse_xml(xml: bytes) -> Element:
    """The root of a document.

    A DOCTYPE is tolerated. So are entities of a notation (NDATA), by which older documents name their images: no
    parser ever expands them. Characters may be named as in HTML, whose names are those of the ISO sets that older
    DTDs include.

    Raises:
        XmlError: it is malformed, or declares an entity of another kind.
    """
    parser = _Parser(forbid_dtd=False, forbid_entities=True, forbid_external=True)
    parser.entity.update(_CHARACTERS)
    try:
        parser.feed(xml.lstrip())
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise XmlError(f"declares entities, which are refused: {error}") from error
    except (ParseError, ValueError, LookupError) as error:
        raise XmlError(f"is not well-formed: {error}") from error
    return root


def root_name(xml: bytes) -> str:
    """The name of a document's root without its prefix, by the first bytes; empty: they hold none."""
    match = _ROOT.search(_COMMENT.sub(b"", _plain(xml[:_HEAD])))
    return match[1].decode() if match else ""


def _plain(head: bytes) -> bytes:
    return head.replace(b"\0", b"") if head.startswith((b"\xff\xfe", b"\xfe\xff")) else head


class _Parser(DefusedXMLParser):
    def defused_entity_decl(
        self,
        name: str,
        is_parameter_entity: bool,  # noqa: ARG002 -- expat's signature
        value: str | None,
        base: str | None,
        sysid: str | None,
        pubid: str | None,
        notation_name: str | None,
    ) -> None:
        if notation_name is None:
            raise EntitiesForbidden(name, value, base, sysid, pubid, notation_name)

    def defused_unparsed_entity_decl(self, *declaration: str | None) -> None:
        """An image's name: there is nothing to expand."""
