"""The number of a figure: "3", "2A", "1AA", "1.4", "1-1", "IV".

A number is a value: two that mean the same are equal, and print the same. It has one grammar, for descriptions of
drawings, for labels on sheets and for file names.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

DASHES = "‐‑‒–—―−－"
_PRIMES = "’′‵´`＇"
_PLAIN = str.maketrans({**dict.fromkeys(DASHES, "-"), **dict.fromkeys(_PRIMES, "'")})
_WORD = re.compile(r"^\s*(?:F[I1L]G(?:URE)?S?|REPRODUCTIONS?)(?![A-Z])\s*\.?")
_CONTINUED = re.compile(r"\(?CON(?:TINUED|T'?D|T)\.?\)?$")
_FORM = re.compile(r"(?:\d{1,4}|[A-Z]{1,2})(?:[.-]\d{1,3}|(?<![A-Z])[A-Z]{1,2}|(?<=[A-Z])\d{1,3}){0,3}'{0,3}")
_GROUP = re.compile(r"(?P<mark>[.-]?)(?P<digits>\d+)|(?P<letters>[A-Z]+)|(?P<primes>'+)")
_ROMAN = re.compile(r"(?=[IVX])(X{0,3})(IX|IV|V?I{0,3})([A-H]?)")
_ROMAN_UNITS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")


def _group_key(match: re.Match[str]) -> tuple[int, int, str]:
    if match["primes"]:
        return 0, len(match[0]), ""
    if match["letters"]:
        return 2, len(match[0]), match[0]
    return {"": 1, ".": 3, "-": 4}[match["mark"]], int(match["digits"]), ""


def _canonical(text: str) -> str | None:
    """The printed form; None: the text is no number."""
    words = unicodedata.normalize("NFKC", text.translate(_PLAIN)).upper()
    plain = _CONTINUED.sub("", re.sub(r"\s+", "", _WORD.sub("", words)))
    plain = re.sub(r"\((\w{1,2})\)", lambda match: ("-" if match[1].isdigit() else "") + match[1], plain)
    plain = re.sub(r"(?<=\d)[.-](?=[A-Z])", "", plain.rstrip("."))
    roman = _ROMAN.fullmatch(plain)
    if roman is not None:
        return str(10 * len(roman[1]) + _ROMAN_UNITS.index(roman[2])) + roman[3]
    if not plain.isascii() or _FORM.fullmatch(plain) is None:
        return None
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain)


@functools.total_ordering
@dataclass(frozen=True, slots=True)
class FigureNumber:
    """The number of a figure. Numbers sort as people count: 1, 1A, 1B, 1AA, 1.1, 1.2, 1.10, 2, 12.

    Attributes:
        text: the number as it is printed: capital letters, no space, no leading zero, Arabic digits.

    Raises:
        ValueError: the text is not of this form; `parse` reads what people write.
    """

    text: str

    def __post_init__(self) -> None:
        if _canonical(self.text) != self.text:
            raise ValueError(f"{self.text!r} is no figure's number in its printed form")

    @classmethod
    def parse(cls, text: str) -> FigureNumber:
        """The number that a text gives, with or without "FIG." and "(Cont.)": "Fig. 02 (a)" is 2A, "IV" is 4.

        Raises:
            ValueError: it gives none, or several.
        """
        canonical = _canonical(text)
        if canonical is None:
            raise ValueError(f"{text!r} is no figure's number")
        return cls(canonical)

    @property
    def groups(self) -> tuple[tuple[int, int, str], ...]:
        """What the order goes by: for each group its kind, its size, its letters."""
        return tuple(_group_key(match) for match in _GROUP.finditer(self.text))

    def __lt__(self, other: FigureNumber) -> bool:
        return self.groups < other.groups

    def __str__(self) -> str:
        return self.text


SOLE_FIGURE = FigureNumber("1")
"""A patent's only figure has no printed number ("The FIGURE is ..."); here it counts as 1."""
