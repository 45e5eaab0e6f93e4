"""What the documents name is there: links, targets of make, commands and their options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from sevenviews.cli.__main__ import app
from tests.conftest import ROOT

DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for part in ("services", "deploy", "helm") for path in (ROOT / part).rglob("*.md")),
    ]
)

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
_CODE = re.compile(r"`[^`\n]+`|^ {4}.+$", re.MULTILINE)
_IN_A_BLOCK = re.compile(r"^ {4}(?:\.venv/bin/)?sevenviews (.+)$", re.MULTILINE)
_IN_A_LINE = re.compile(r"`sevenviews ([^`]+)`")
_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    links = [link for link in _LINK.findall(path.read_text()) if not re.match(r"[a-z]+:|#", link)]
    lost = [link for link in links if not (path.parent / link.partition("#")[0]).exists()]
    assert not lost


def test_targets_of_make_exist() -> None:
    targets = set(_TARGET.findall((ROOT / "Makefile").read_text()))
    spans = [span for path in DOCUMENTS for span in _CODE.findall(path.read_text())]
    named = {target for span in spans for target in _MAKE.findall(span)}
    assert {"demo", "install", "test"} <= named
    assert named <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_and_their_options_exist(path: Path) -> None:
    for line in _commands(path.read_text()):
        words = shlex.split(line.replace("…", ""), comments=True)
        known, rest = _options(words)
        assert known is not None, line
        unknown = {word.partition("=")[0] for word in rest if word.startswith("--")} - known - {"--help"}
        assert not unknown, line


def test_the_readme_has_one_screen_a_section() -> None:
    sections = (ROOT / "README.md").read_text().split("\n## ")
    assert [section.partition("\n")[0] for section in sections[1:]] == [
        "Try it",
        "Search real patents",
        "The web page",
        "API",
        "Let others in",
        "Production",
        "Contribute",
        "Licence",
    ]
    assert max(section.count("\n") for section in sections) <= 45


def _commands(text: str) -> Iterator[str]:
    text = text.replace("\\\n", "")
    yield from _IN_A_BLOCK.findall(text)
    yield from _IN_A_LINE.findall(text)


def _options(words: list[str]) -> tuple[set[str] | None, list[str]]:
    """Of the command that the first words name, and the words after; none: there is no such command."""
    command, rest = get_command(app), words
    while isinstance(command, TyperGroup) and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return None, rest
        command, rest = command.commands[rest[0]], rest[1:]
    return {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }, rest
