"""Classes and subclasses of the Locarno classification of industrial designs."""

from __future__ import annotations

import re
from dataclasses import dataclass

CLASS_COUNT = 32
_NOTATION = re.compile(
    r"(?:LOC)?\s*(?:\(\s*\d{1,2}\s*\))?\s*(?:Cl\.?\s*)?(\d{1,2})(?:\s*[-–./ ]\s*(\d{1,2})|(\d{2}))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, order=True)
class LocarnoClass:
    """A class (1 to 32), or one of its subclasses (1 to 99).

    Raises:
        ValueError: a number is outside its range.
    """

    class_number: int
    subclass_number: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.class_number <= CLASS_COUNT:
            raise ValueError(f"Locarno class {self.class_number} is not within 1 to {CLASS_COUNT}")
        if self.subclass_number is not None and not 1 <= self.subclass_number <= 99:  # noqa: PLR2004
            raise ValueError(f"Locarno subclass {self.subclass_number} is not within 1 to 99")

    @classmethod
    def parse(cls, text: str) -> LocarnoClass:
        """Read "06-01", "06.01", "0601", "6" for a whole class, or "LOC (12) Cl. 06-01", as the USPTO prints it.

        Raises:
            ValueError: the text has another form or names no class.
        """
        match = _NOTATION.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a Locarno class such as 06 or 06-01")
        subclass = int(match[2] or match[3] or 0)
        return cls(int(match[1]), subclass or None)

    def __str__(self) -> str:
        if self.subclass_number is None:
            return f"{self.class_number:02d}"
        return f"{self.class_number:02d}-{self.subclass_number:02d}"

    @property
    def whole_class(self) -> LocarnoClass:
        """The class, without the subclass."""
        return LocarnoClass(self.class_number)

    def contains(self, other: LocarnoClass) -> bool:
        """Whether other is this class, or a subclass of it."""
        return self in (other, other.whole_class)
