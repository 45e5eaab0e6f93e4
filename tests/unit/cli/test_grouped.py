"""Options that are written down once as a dataclass, and typed by users as ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from sevenviews.cli.__main__ import app as sevenviews
from sevenviews.cli.grouped import grouped


@dataclass(frozen=True)
class Where:
    """A group."""

    folder: Annotated[str, typer.Option(help="Of the run.")]
    port: Annotated[int, typer.Option(min=1, envvar="GROUPED_PORT")] = 80


def run(*arguments: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
    app = typer.Typer()

    @app.command()
    @grouped
    def shown(name: Annotated[str, typer.Argument()], *, where: Where, loud: bool = False) -> None:
        """Say it."""
        print(name, where, loud)

    answer = CliRunner().invoke(app, arguments, env=environment)
    return answer.exit_code, answer.output


def test_a_command_is_handed_its_group_whole() -> None:
    assert run("x", "--folder", "f", "--loud") == (0, f"x {Where('f')} True\n")
    assert run("x", "--folder", "f", "--port", "5") == (0, f"x {Where('f', 5)} False\n")
    assert run("x", "--folder", "f", environment={"GROUPED_PORT": "7"}) == (0, f"x {Where('f', 7)} False\n")


def test_options_of_a_group_are_checked_like_others() -> None:
    for arguments in (["x"], ["x", "--folder", "f", "--port", "0"], ["x", "--folder", "f", "--where", "w"]):
        assert run(*arguments)[0] == 2


def test_a_name_that_is_there_twice_is_refused() -> None:
    with pytest.raises(TypeError, match="command: port would be given twice"):

        @grouped
        def command(port: int, *, where: Where) -> None:
            """Never called."""


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (["refresh"], ["--resume", "--lock-url", "--ray-address", "--model-store", "--data", "--json"]),
        (["reembed"], ["--release", "--metric", "--drawings-url", "--work", "--embedding", "--metadata"]),
        (["lab", "deeppatent"], ["--corpus", "--out", "--models", "--train", "--steps", "--seed", "--fit"]),
        (["lab", "cross-entropy"], ["--corpus", "--out", "--models", "--distractors", "--queries"]),
    ],
)
def test_the_help_names_all_options(command: list[str], options: list[str]) -> None:
    shown = CliRunner().invoke(sevenviews, [*command, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert shown.exit_code == 0
    assert not [option for option in options if option not in shown.output]
