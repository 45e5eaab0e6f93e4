"""What a description says beside its figures: of colours, of lines that are not claimed, of embodiments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sevenviews.designs import Embodiment, FigureDescription

# Not behind "FIG." and the like, whose full stop ends no sentence.
_SENTENCE_END = re.compile(
    r"(?<!\bfig)(?<!\bfigs)(?<!\bno)(?<!\bU\.S)(?<!\bi\.e)(?<!\be\.g)[.;]\s+(?=[A-Z])", re.I
)
_COLOUR = re.compile(r"\bcolou?r(?:s|ed|ing|ation)?\b", re.I)
# Few words stand between, so that a text of nothing but such words is looked through in one pass.
_BROKEN_LINE = re.compile(
    r"\b(?:broken|dashed|dash(?:ed)?[- ](?:dot(?:ted)?|dash)(?:[- ]dash)?|dot(?:ted)?[- ]dash(?:ed)?|dotted|phantom"
    r"|stippled|unbroken)(?:[- ]{1,3}(?:and|or|,|/|dot(?:ted)?|dash(?:ed)?|broken)){0,5}"
    r"[- ]{1,3}(?:lines?|lining|portions?)\b",
    re.I,
)
_ORDINALS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth"
    r"|fifteenth|sixteenth|\d{1,2}(?:st|nd|rd|th)"
)
_EMBODIMENT = re.compile(
    rf"\b(?P<name>(?:(?:an? )?(?:still |yet )?(?:another|further|additional)(?: \w+)?|(?:an? )?alternat(?:e|ive)"
    rf"|one|{_ORDINALS})(?: (?:alternat(?:e|ive)|preferred|exemplary|design))*) (?:embodiment|variation|version)\b"
    r"|\b(?:embodiment|variation) (?:no\. ?)?(?P<number>\d{1,2}|[A-H]|one|two|three|four)\b",
    re.I,
)
_MAX_STATEMENT = 10_000


def colour_statement(paragraphs: Iterable[str]) -> str:
    """The sentences about colours, in their order; empty: there are none."""
    return _sentences_with(_COLOUR, paragraphs)


def broken_line_statement(paragraphs: Iterable[str]) -> str:
    """The sentences about broken, dashed or phantom lines, in their order; empty: there are none."""
    return _sentences_with(_BROKEN_LINE, paragraphs)


def embodiments_of(figures: Sequence[FigureDescription]) -> tuple[Embodiment, ...]:
    """The embodiments that the figures' descriptions tell apart; a figure that names none belongs to the one before.

    None, if only one is told of.
    """
    found: dict[str, dict[str, None]] = {}
    current = ""
    for figure in figures:
        match = _EMBODIMENT.search(figure.text)
        if match:
            current = _name(match)
        found.setdefault(current, {})[figure.figure_number] = None
    if "" in found and len(found) > 1:
        # What comes before the second one is named is the first.
        found = {name or "first embodiment": numbers for name, numbers in found.items()}
    if len(found) < 2:  # noqa: PLR2004
        return ()
    return tuple(Embodiment(name, tuple(numbers)) for name, numbers in found.items())


def _name(match: re.Match[str]) -> str:
    if match["number"]:
        return f"embodiment {match['number']}".lower()
    return re.sub(r"^an? ", "", match["name"].lower()) + " embodiment"


def _sentences_with(pattern: re.Pattern[str], paragraphs: Iterable[str]) -> str:
    sentences = (
        sentence.strip().rstrip(";")
        for paragraph in paragraphs
        for sentence in _SENTENCE_END.split(" ".join(paragraph.split()))
        if pattern.search(sentence)
    )
    ended = (sentence if sentence.endswith(".") else sentence + "." for sentence in sentences)
    return " ".join(dict.fromkeys(ended))[:_MAX_STATEMENT]
