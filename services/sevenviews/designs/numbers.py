"""Numbers of registered designs as people type them, and the ids under which a catalogue may have them.

An office's number is written in many ways: "US D871,717 S", "Des. 871717", "D0871717", "USD871717S1". The id is
one of them, that which our readers make of the office's own files:

    US  USD0871717, USRE049123      CN  CN301234567S, CN201830123456.7 (the application)
    EM  EM000123456-0001            JP  JPD1234567
    WO  DM098765-1 (the first design of the international registration DM/098 765)      KR  KR300123456

Whoever has ids of another form keeps them: what is no number here is an id, and means itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from sevenviews.designs.identifiers import is_patent_id

_DASHES = re.compile(r"[‐‑‒–—―−_]")
_WORDS = re.compile(r"\b(?:PATENTS?|DESIGNS?|REGISTRATION|REGISTERED|NUMBER|NOS?|NR|INT)\b\.?|第|号|號|№")
_FILLING = re.compile(r"[\s,.'’`/:#()]+")


_MOST_WORDS = 8
"""Of a number: "U.S. Design Patent No. D 871 717 S"."""


@dataclass(frozen=True, slots=True)
class DesignNumber:
    """The number of a registered design.

    Attributes:
        office: by WIPO ST.3: "US", "EM", "JP", "CN", "KR", "WO".
        series: what stands before the digits: "D", "RE", "DM", "30"; empty where nothing does. An application
            of China has "ZL".
        digits: without leading zeros.
        part: of a registration of several designs, without leading zeros, the first where none was named; of an
            application its check digit. Empty: it has none.
    """

    office: str
    series: str
    digits: str
    part: str = ""

    @classmethod
    def parse(cls, text: str) -> DesignNumber:
        """Read a number in any of the forms in which it is written.

        Raises:
            ValueError: it is none, or does not tell its office.
        """
        plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text).upper())
        plain = _FILLING.sub("", _WORDS.sub(" ", plain)).strip("-")
        for office, pattern in _GRAMMARS:
            if match := pattern.fullmatch(plain):
                return office.number(*match.groups())
        raise ValueError(f"{text!r} is not the number of a design such as USD0871717")

    def __str__(self) -> str:
        return self.forms[0]

    @property
    def forms(self) -> tuple[str, ...]:
        """The ids under which a catalogue may have it, its own id first."""
        return tuple(dict.fromkeys(_OFFICES[self.office].forms(self)))

    def slips(self) -> Iterator[DesignNumber]:
        """The numbers that become this one by a slip of the finger."""
        for digits in _slips(self.digits):
            if digits.strip("0"):
                yield replace(self, digits=digits.lstrip("0"))


def ids_of(text: str) -> tuple[str, ...]:
    """The ids that a text may mean, what it says first. An id of ours, or what is no number, means itself alone.

    Empty where it can be no id at all.
    """
    typed = text.strip()
    itself = (typed,) if is_patent_id(typed) else ()
    number = _parsed(typed)
    if number is None or itself == (str(number),):
        return itself
    return tuple(dict.fromkeys((*itself, *number.forms)))


def rejoined(words: Sequence[str]) -> list[str]:
    """Ids and numbers out of words that a shell has split: US, D871,717, S, chair is "US D871,717 S" and "chair"."""
    texts: list[str] = []
    at = 0
    while at < len(words):
        lengths = range(min(_MOST_WORDS, len(words) - at), 1, -1)
        length = next((one for one in lengths if _parsed(" ".join(words[at : at + one])) is not None), 1)
        texts.append(" ".join(words[at : at + length]))
        at += length
    return texts


def number_meant(text: str) -> DesignNumber | None:
    """The number that a text may be meant as; None: it is an id of another kind.

    Digits alone tell no office; most who type them mean that of the United States.
    """
    return _parsed(text) or _parsed(f"D{text.strip()}")


def ids_near(text: str) -> tuple[str, ...]:
    """Ids that whoever typed this may have meant instead: one slip of the finger away, and its other forms."""
    typed = text.strip()
    number = number_meant(typed)
    if number is None:
        near = (typed.lower(), typed.upper(), *_slips(typed))
    else:
        near = (*number.forms, *map(str, number.slips()))
    return tuple(one for one in dict.fromkeys(near) if is_patent_id(one))


def _parsed(text: str) -> DesignNumber | None:
    try:
        return DesignNumber.parse(text)
    except ValueError:
        return None


def _slips(text: str) -> Iterator[str]:
    """Two neighbours swapped, a character left out, a digit mistyped or too few."""
    for at, character in enumerate(text):
        yield text[:at] + text[at + 1 : at + 2] + character + text[at + 2 :]
        yield text[:at] + text[at + 1 :]
        if character.isdigit():
            yield from (text[:at] + digit + text[at + 1 :] for digit in "0123456789")
    beside_digits = (
        at for at in range(len(text) + 1) if text[max(0, at - 1) : at + 1].strip("._-").isdigit()
    )
    yield from (text[:at] + digit + text[at:] for at, digit in product(beside_digits, "0123456789"))


@dataclass(frozen=True, slots=True)
class _Office:
    """How an office writes its numbers.

    Attributes:
        number: from the groups of a pattern.
        forms: of a number, the id first.
        patterns: of numbers in capitals, without spaces, points and commas.
    """

    number: Callable[..., DesignNumber]
    forms: Callable[[DesignNumber], Iterator[str]]
    patterns: tuple[str, ...]


_KIND = r"(?:-?[SE]\d?(?:-?\d{8})?|-\d{8})?"
"""Behind a number: the kind of document and, in names of files, the day."""


def _american(series: str, digits: str) -> DesignNumber:
    return DesignNumber("US", "RE" if series == "RE" else "D", digits)


def _american_forms(number: DesignNumber) -> Iterator[str]:
    series, digits = number.series, number.digits
    padded, kind = digits.zfill(8 - len(series)), {"RE": "E1"}.get(series, "S1")
    for code, written in product(("US", ""), dict.fromkeys((padded, digits))):
        yield f"{code}{series}{written}"
    yield from (f"US{series}{written}{kind}" for written in (digits, padded))


def _registered(office: str, series: str = "") -> Callable[..., DesignNumber]:
    """Numbers of a registration, of which each design is a part."""

    def number(digits: str, part: str | None = None) -> DesignNumber:
        return DesignNumber(office, series, digits.lstrip("0") or "0", (part or "").lstrip("0") or "1")

    return number


def _european_forms(number: DesignNumber) -> Iterator[str]:
    part = number.part.zfill(4)
    for code, digits in product(("EM", "", "RCD"), (number.digits.zfill(9), number.digits)):
        yield f"{code}{digits}-{part}"
    yield f"EM{number.digits.zfill(9)}{part}"


def _hague_forms(number: DesignNumber) -> Iterator[str]:
    parts = [f"-{number.part.zfill(width)}" for width in (1, 3, 4)]
    if number.part == "1":
        parts.append("")
    for code, digits, part in product(("DM", "WODM"), (number.digits.zfill(6), number.digits), parts):
        yield f"{code}{digits}{part}"


def _japanese(digits: str) -> DesignNumber:
    return DesignNumber("JP", "D", digits)


def _japanese_forms(number: DesignNumber) -> Iterator[str]:
    for series, kind in product(("D", ""), ("", "S")):
        yield f"JP{series}{number.digits}{kind}"


def _chinese(digits: str, check: str | None = None) -> DesignNumber:
    """A publication, or the application, whose check digit may be left out."""
    if not digits.startswith("3"):
        return DesignNumber("CN", "ZL", digits, check or _check_digit(digits))
    return DesignNumber("CN", "", digits)


def _chinese_forms(number: DesignNumber) -> Iterator[str]:
    digits, check = number.digits, number.part
    if number.series == "ZL":
        yield from (f"CN{digits}.{check}", f"CN{digits}", f"CN{digits}{check}", f"{digits}.{check}", digits)
    else:
        yield from (f"CN{digits}S", f"CN{digits}", digits)


def _check_digit(digits: str) -> str:
    """Of an application in China: the digits weighed by 2 to 9 over and over, modulo 11."""
    remainder = sum(int(digit) * (2 + at % 8) for at, digit in enumerate(digits)) % 11
    return "X" if remainder == 10 else str(remainder)  # noqa: PLR2004


def _korean(digits: str) -> DesignNumber:
    return DesignNumber("KR", "30", digits.lstrip("0") or "0")


def _korean_forms(number: DesignNumber) -> Iterator[str]:
    digits = number.digits.zfill(7)
    yield from (f"KR30{digits}", f"KR30{digits}S", f"KR30{digits}S1", f"KR30{digits}0000")
    yield from (f"KR30-{digits}", f"KR30-{digits}-0000", f"30-{digits}")


_OFFICES = {
    "US": _Office(_american, _american_forms, (rf"(?:USA?-?)?(DES|D|RE)-?0*([1-9]\d{{0,6}}){_KIND}",)),
    "EM": _Office(
        _registered("EM"),
        _european_forms,
        (
            rf"(?:(?:EM|EU|EUIPO|OHIM)-?)?(?:RCD|REUD|CD)-?(\d{{1,9}})-(\d{{1,4}}){_KIND}",
            rf"(?:EM|EU|EUIPO|OHIM)-?(\d{{1,9}})-(\d{{1,4}}){_KIND}",
            rf"(?:EM|EU)(\d{{9}})(\d{{4}}){_KIND}",
            rf"(?:(?:EM|EU|EUIPO|OHIM)-?)?(?:RCD|REUD|CD)-?(\d{{6,9}}){_KIND}",
            rf"(?:EM|EU|EUIPO|OHIM)-?(\d{{9}}){_KIND}",
            r"(\d{9})-(\d{4})",
        ),
    ),
    "WO": _Office(
        _registered("WO", "DM"),
        _hague_forms,
        (r"(?:(?:WO-?)?DM|WO-?D)-?0*([1-9]\d{0,5})(?:-(\d{1,4}))?(?:-?S\d?)?",),
    ),
    "JP": _Office(
        _japanese, _japanese_forms, (rf"JP-?D?-?0*([1-9]\d{{2,6}}){_KIND}", r"意匠登録0*([1-9]\d{2,6})")
    ),
    "CN": _Office(
        _chinese,
        _chinese_forms,
        (rf"CN-?(3\d{{6}}|3\d{{8}}){_KIND}", r"(?:(?:CN|ZL)-?)?((?:19|20)\d{2}3\d{7})([\dX])?"),
    ),
    "KR": _Office(
        _korean,
        _korean_forms,
        (rf"KR-?D?-?30-?(\d{{7}})(?:-?\d{{4}})?{_KIND}", r"30-(\d{7})(?:-\d{4})?"),
    ),
}

_GRAMMARS = tuple(
    (office, re.compile(pattern, re.ASCII)) for office in _OFFICES.values() for pattern in office.patterns
)
