"""The options of every command that filters patents, each by the name of its argument of `options.patent_filter`."""

from __future__ import annotations

from typing import Annotated

import typer

Locarno = Annotated[list[str] | None, typer.Option(help="Class 06 or subclass 06-01; any of those given.")]
LocarnoAll = Annotated[list[str] | None, typer.Option(help="All of those given.")]
Without = Annotated[list[str] | None, typer.Option(help="None of these Locarno classes.")]
Office = Annotated[list[str] | None, typer.Option(help="Office, such as US.")]
Holder = Annotated[list[str] | None, typer.Option(help="Assignee or applicant.")]
Inventor = Annotated[list[str] | None, typer.Option(help="One of the inventors.")]
Uspc = Annotated[
    list[str] | None,
    typer.Option(help="Class of the United States, D14 or D14/486; any of those given."),
]
Kind = Annotated[list[str] | None, typer.Option(help="Kind of document, such as S1.")]
Exclude = Annotated[list[str] | None, typer.Option(help="Not this patent, by id or number.")]
After = Annotated[str, typer.Option(help="Published on this day or later: 2021-05-01.")]
Before = Annotated[str, typer.Option(help="Published on this day or earlier.")]
FiledAfter = Annotated[str, typer.Option(help="Filed on this day or later.")]
FiledBefore = Annotated[str, typer.Option(help="Filed on this day or earlier.")]
PriorTo = Annotated[str, typer.Option(help="Published or filed before this day: prior art.")]
