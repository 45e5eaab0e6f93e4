"""Names of people and firms that do not exist."""

from __future__ import annotations

from sevenviews.designs import Party
from sevenviews.synthetic.dice import Dice

_FIRST = (
    "Ada", "Bruno", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hiro", "Ines", "Jonas", "Keiko",
    "Liam", "Mina", "Noor", "Oskar", "Priya", "Quentin", "Rosa", "Sven", "Tomas", "Ulla", "Vera", "Wei",
    "Yara",
)  # fmt: skip
_LAST_HEAD = (
    "Alder", "Birk", "Corv", "Dahl", "Esker", "Fenn", "Grav", "Holm", "Ister", "Kest", "Lund", "Marr",
    "Nord", "Oster", "Pell", "Quill", "Rusk", "Stav", "Tarn", "Vall", "Wend",
)  # fmt: skip
_LAST_TAIL = (
    "berg", "court", "ely", "ford", "gren", "ham", "ick", "land", "mont", "ova", "quist", "ton", "well",
)  # fmt: skip
_FIRM_HEAD = (
    "Aldertide", "Brightfen", "Copperlark", "Duskmere", "Everstoke", "Foxhollow", "Glasswing",
    "Harrowgate", "Inkstone", "Junipero", "Kitewell", "Lanternia", "Mosslight", "Northloom",
)  # fmt: skip
_FIRM_TAIL = (
    "Synthetic Goods Inc.",
    "Synthetic Design LLC",
    "Synthetic Works GmbH",
    "Synthetic Products Co., Ltd.",
)
_CITIES = (
    ("Springfield", "US"),
    ("Riverton", "US"),
    ("Fairview", "US"),
    ("Greenville", "US"),
    ("Neustadt", "DE"),
    ("Villanova", "IT"),
    ("Shinmachi", "JP"),
    ("Xincheng", "CN"),
    ("Villeneuve", "FR"),
    ("Nyby", "SE"),
)


def person(dice: Dice) -> Party:
    """An inventor."""
    city, country = dice.pick(_CITIES)
    return Party(f"{dice.pick(_FIRST)} {dice.pick(_LAST_HEAD)}{dice.pick(_LAST_TAIL)}", city, country)


def firm(dice: Dice) -> Party:
    """An assignee. The same name always has the same seat."""
    head, tail = dice.whole(0, len(_FIRM_HEAD) - 1), dice.whole(0, len(_FIRM_TAIL) - 1)
    city, country = _CITIES[(head + tail) % len(_CITIES)]
    return Party(f"{_FIRM_HEAD[head]} {_FIRM_TAIL[tail]}", city, country)
