"""Which patents are of one family: who holds one out must not learn from another, who searches wants one of them."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from sevenviews.designs.canonical import canonical_patent_id, is_patent_number
from sevenviews.designs.patent import Patent

_NO_SIGN = re.compile(r"[^A-Z0-9]")
_DOCUMENT = re.compile(r"(?P<office>[A-Z]{2})\s+(?P<number>.+?)(?:\s+[A-Z]\d?)?")
_NUMBER = re.compile(r"[1-9]")
"""What a number has that names a document: an empty one, or "00/000", would make a family of all that carry it."""


def family_keys(patent: Patent) -> frozenset[str]:
    """Names that a patent shares with those of its family; two patents with a name in common are of one.

    They are its own canonical id and application; the applications whose priority it claims; what it continues,
    divides or reissues; and its international registration.
    """
    return frozenset({f"patent {canonical_patent_id(patent.patent_id)}", *_documents(patent)})


SAME_DRAWINGS = "drawings "
"""How the key begins that patents share whose drawings are the same images. It makes no family, for the other one may
be somebody else's; but who looks through hits sees the same twice."""


def kin_keys(patent: Patent) -> frozenset[str]:
    """The same, and one that patents share whose drawings are the very same images, all of them."""
    digests = sorted({drawing.content_digest for drawing in patent.drawings})
    if not all(digests) or not digests:
        return family_keys(patent)
    drawn = hashlib.sha256(" ".join(digests).encode()).hexdigest()
    return family_keys(patent) | {SAME_DRAWINGS + drawn}


def families(keys: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """The whole family of each patent, itself included, in the order of ids: kin of kin are kin.

    Args:
        keys: of each patent, by its id.
    """
    holders: dict[str, list[str]] = defaultdict(list)
    for patent_id, its in keys.items():
        for key in its:
            holders[key].append(patent_id)
    found: dict[str, tuple[str, ...]] = {}
    for patent_id in keys:
        if patent_id not in found:
            members = tuple(sorted(_reached(patent_id, keys, holders)))
            found |= dict.fromkeys(members, members)
    return found


def _reached(start: str, keys: Mapping[str, Collection[str]], holders: Mapping[str, list[str]]) -> set[str]:
    members, ahead, seen = {start}, [start], set[str]()
    while ahead:
        for key in set(keys[ahead.pop()]) - seen:
            seen.add(key)
            ahead += [one for one in holders[key] if one not in members]
            members.update(holders[key])
    return members


def _documents(patent: Patent) -> Iterator[str]:
    if _NUMBER.search(patent.application_number):
        yield _application(patent.office, patent.application_number)
    for priority in patent.priorities:
        if _NUMBER.search(priority.number):
            yield _application(priority.office, priority.number)
    for related in patent.related_documents:
        if _NUMBER.search(related.document):
            yield _document(related.document)
    if patent.hague is not None and _NUMBER.search(patent.hague.number):
        yield f"registration {_plain(patent.hague.number)}"


def _document(text: str) -> str:
    """Of an application or of a patent: "US 29730114", "US D912345 S1"."""
    canonical = canonical_patent_id(text)
    if is_patent_number(canonical):
        return f"patent {canonical}"
    match = _DOCUMENT.fullmatch(text.strip().upper())
    return f"document {canonical}" if match is None else _application(match["office"], match["number"])


def _application(office: str, number: str) -> str:
    """One spelling of "US 29/730,114", "29730114" and "US29730114"."""
    return f"application {office.upper()}{_plain(number).removeprefix(office.upper())}"


def _plain(number: str) -> str:
    return _NO_SIGN.sub("", number.upper())
