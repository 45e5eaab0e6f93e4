"""What a Chinese design says of itself (简要说明): name, use, point, best view, colours.

1.本外观设计产品的名称：椅子。2.用途：用于坐。3.设计要点：在于形状。4.最能表明设计要点的图片：立体图。5.请求保护色彩。
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sevenviews.designs import Patent

_ABSTRACT = ("abstract", "简要说明")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "use_statement": ("use", "用途"),
    "design_point_statement": ("design point", "design_point", "设计要点"),
    "best_view_statement": ("best view", "best_view"),
    "colour_statement": ("colour", "color", "色彩"),
}
"""Of an index.csv, the columns of each."""

_ITEM = re.compile(r"(?:^|[。；;\n])\s*(?:[（(]?\d{1,2}\s*[.．、)）]\s*)?")
_OF = r"(?:本|该)?(?:外观)?(?:设计)?(?:的)?(?:产品)?(?:的)?"
_IS = r"\s*(?:[:：]|为|是|在于)\s*(?P<text>.+)"
_STATEMENTS: Mapping[str, re.Pattern[str]] = {
    "title": re.compile(rf"{_OF}(?:产品)?名称{_IS}"),
    "use_statement": re.compile(rf"{_OF}用途{_IS}"),
    "best_view_statement": re.compile(rf"最能(?:够)?表明{_OF}?设计要点的(?:图片|照片|视图|或者?)+{_IS}"),
    "design_point_statement": re.compile(rf"{_OF}设计要点{_IS}"),
    "colour_statement": re.compile(r"(?P<text>.*色彩.*)"),
}
_MOST = 10_000


def parse_abstract(text: str) -> dict[str, str]:
    """The statements that an abstract makes, by the names of `Patent`'s fields; what it does not say is left out."""
    found: dict[str, str] = {}
    for item in _ITEM.split(text[:_MOST]):
        for name, pattern in _STATEMENTS.items():
            if match := pattern.fullmatch(item.strip()):
                found.setdefault(name, match["text"].strip())
                break
    return found


def with_statements(patent: Patent, row: Mapping[str, str]) -> Patent:
    """A patent with what its row of an index.csv says: a column each, or the abstract as a whole."""
    said = parse_abstract(next((row[name] for name in _ABSTRACT if row.get(name)), ""))
    columns = {
        field: next((row[name] for name in names if row.get(name)), "") for field, names in _COLUMNS.items()
    }
    texts: dict[str, Any] = {**said, **{field: text for field, text in columns.items() if text}}
    return replace(patent, **texts)
