"""The classes of the United States, from the fixed columns of the office's data to the form that people write."""

from __future__ import annotations

import re

_COLUMNS = 6
"""Three of class, three of subclass, each right-aligned, but for a design class, whose D stands in the first column
or right before its number. The rest is the subclass's decimals or letters."""

_RANGE = re.compile(r"(?P<first>[\d.A-Z]+)\s*-\s*(?P<last>[\d.A-Z]+)")


def format_uspc(text: str) -> str:
    """ "D14486" -> "D14/486", "D 76001" -> "D7/600.1", " D1128" -> "D1/128", "D28 93 X" -> "D28/93 X".

    "D14485-495" is a range: "D14/485-495". What lost the spaces before it gets them back. Other forms stay as they
    are.
    """
    bare = text.strip()
    if "/" in bare or not bare:
        return bare
    columns = text.rstrip()
    if len(columns) < _COLUMNS:
        columns = bare.rjust(_COLUMNS)
    if " " in columns[3:6].strip():
        # "D77 1": what lost the spaces between them instead.
        head, _, tail = bare.partition(" ")
        columns = f"{head:>3}{tail:>3}"
    design_class, subclass, rest = columns[:3].replace(" ", ""), columns[3:6].strip(), columns[6:]
    if not re.fullmatch(r"D?\d{1,3}|PLT", design_class, re.I):
        return bare
    design_class = re.sub(r"(?<=^D)0+(?=\d)", "", design_class)
    spread = _RANGE.fullmatch(f"{subclass}{rest}".strip())
    if spread is not None:
        return f"{design_class}/{spread['first']}-{spread['last']}"
    suffix = rest.strip().removeprefix(".")
    if not subclass.isdigit():
        # Foreign art: "FOR100".
        subclass += suffix
    elif suffix[:1].isdigit():
        subclass = f"{subclass}.{suffix}"
    elif suffix:
        subclass = f"{subclass} {suffix}"
    return f"{design_class}/{subclass}"
