"""How the command speaks: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from sevenviews.client import UnknownName
from sevenviews.designs import SevenviewsError

Item = TypeVar("Item")

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


_WIDEST = 10_000


class CommandError(Exception):
    """Ends a command with its message."""

    exit_code = 1


class Plain(Console):
    """Prints texts as they are: what was typed or stored is no markup, and moves no cursor."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text), **options)


output = Plain(markup=False, highlight=False, emoji=False)
messages = Plain(markup=False, highlight=False, emoji=False, stderr=True)


def note(text: str) -> None:
    """Something worth knowing, that no program reads. A line stays one, however narrow the terminal."""
    messages.print(text, soft_wrap=True)


def fail(text: str, exit_code: int = 1) -> NoReturn:
    """Say what went wrong, and end."""
    messages.print(f"sevenviews: {text}", style="red", soft_wrap=True)
    raise typer.Exit(exit_code)


def told(error: SevenviewsError) -> str:
    """An error's message and its reason."""
    details = "".join(f" {key}={value}" for key, value in sorted(error.metadata.items()))
    return f"{error.message} [{error.reason}{details}]"


def note_unknown(names: Iterable[UnknownName]) -> None:
    """Names of a filter that no patent has, and what may have been meant."""
    for one in names:
        near = " or ".join(f"{name!r}" for name in one.near)
        hint = f"; did you mean {near}?" if near else ""
        note(f"no patent has {one.name!r} ({one.field}){hint}")


def print_json(document: Mapping[str, Any] | list[Any]) -> None:
    """A result for programs: one JSON document on standard output."""
    print_line(json.dumps(document, indent=2, ensure_ascii=not _speaks_unicode(), default=str))


def print_line(text: str) -> None:
    """A line of a result, at once: a disk that is full is noticed while there is somebody to tell."""
    print(text, flush=True)


def _speaks_unicode() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")


def table(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]], to: Console = output) -> None:
    """A result for people; for programs too, a line a row. However narrow the terminal, nothing is cut."""
    cells = [[str(cell) for cell in row] for row in rows]
    view = Table(title=title, title_justify="left", header_style="bold")
    for at, name in enumerate(columns):
        # Sentences are broken before ids are.
        view.add_column(
            name, no_wrap=not any(" " in cell for row in cells for cell in row[at : at + 1]), overflow="fold"
        )
    for row in cells:
        view.add_row(*row)
    wanted = to.measure(view, options=to.options.update(max_width=_WIDEST))
    view.width = max(to.width, wanted.minimum) if to.is_terminal else wanted.maximum
    view.width = min(view.width, wanted.maximum)
    to.print(view, crop=False)


def progress() -> Progress:
    """A progress bar on standard error; silent where that is no terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=messages,
        disable=not messages.is_terminal,
    )


def track(items: Iterable[Item], description: str, total: int | None = None) -> Iterator[Item]:
    """The items, shown as they pass."""
    with progress() as bar:
        yield from bar.track(items, description=description, total=total)
