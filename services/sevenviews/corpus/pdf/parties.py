"""Persons and firms as the front page lists them: "Lek Thixton, Eastsound, WA (US); Jae Shin, Irvine, CA (US)"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sevenviews.designs import Party

_LABEL = re.compile(r"^\W*(?:Inventors?|Applicants?|Assignees?|Grantees?)(?:\s*/\s*\w+)*\s*[:;.]\s*", re.I)
_END = re.compile(r"\((?P<country>[A-Z]{2})\)\s*[;,.]?\s*(?:and\s+)?")
_STATE = re.compile(r"[A-Z]{2}")
_LEGAL_FORM = re.compile(
    r"\b(?:Inc|Ltd|L\.?L\.?C|L\.?P|LLP|Co|Corp|Corporation|Company|S\.?A|S\.?p\.?A|GmbH|AG|B\.?V|N\.?V|Pty|PLC|"
    r"Limited|KG|AB|Jr|Sr|I{2,3}|S\.?r\.?l)\.?$",
    re.I,
)


def parse_parties(text: str) -> list[Party]:
    """The parties of a field, in order.

    Each ends with its country in brackets; before it stand the city and, in the United States, the state. What is
    printed without a country is a name alone.
    """
    return list(_parties(_LABEL.sub("", text)))


def _parties(text: str) -> Iterator[Party]:
    place = 0
    for end in _END.finditer(text):
        party = _party(text[place : end.start()], end["country"])
        place = end.end()
        if party is not None:
            yield party
    rest = text[place:].strip(" ,;.")
    if rest and place == 0:
        yield Party(rest)


def _party(text: str, country: str) -> Party | None:
    words = [word.strip() for word in text.strip(" ;,").split(",") if word.strip()]
    if not words:
        return None
    if len(words) > 2 and _STATE.fullmatch(words[-1]):  # noqa: PLR2004 -- name, city, state
        words.pop()
    # "Oakley, Inc., Foothill Ranch": a name goes as far as its legal form; without one, all but the last is the name.
    forms = [place for place, word in enumerate(words) if _LEGAL_FORM.search(word)]
    name = forms[-1] + 1 if forms else max(len(words) - 1, 1)
    return Party(", ".join(words[:name]), ", ".join(words[name:]), country)
