"""Reports in Markdown, with the pictures beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path


class Report:
    """A Markdown file that grows, and the folder that it and its pictures lie in.

    Args:
        folder: made if absent.
        title: of the report.
    """

    def __init__(self, folder: Path, title: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._parts = [f"# {title}"]

    def heading(self, text: str) -> None:
        """Begin a section."""
        self._parts.append(f"## {text}")

    def text(self, text: str) -> None:
        """Add a paragraph; an empty one is left out."""
        if text:
            self._parts.append(text)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Add a table.

        Raises:
            ValueError: a row has another number of cells than there are columns.
        """
        lines = ["| " + " | ".join(columns) + " |", "| " + " | ".join("---" for _ in columns) + " |"]
        for row in rows:
            if len(row) != len(columns):
                raise ValueError(f"row: {len(row)} cells for {len(columns)} columns")
            lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |")
        self._parts.append("\n".join(lines))

    def picture(self, name: str, caption: str) -> Path:
        """Show a picture; returns the file that the caller must draw."""
        self._parts.append(f"![{caption}]({name})\n\n*{caption}*")
        return self.folder / name

    def write(self, name: str = "report.md") -> Path:
        """Write the file."""
        path = self.folder / name
        path.write_text("\n\n".join(self._parts) + "\n")
        return path


def percent(share: float | None) -> str:
    """A share as the papers print it; a dash where there is none."""
    return "—" if share is None else f"{100 * share:.2f}"
