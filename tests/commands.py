"""The command `sevenviews` within the test's process: the same options, output and exit status, started at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from sevenviews.cli.__main__ import app


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def command(*arguments: str | Path, check: bool = True, environment: Mapping[str, str] | None = None) -> Done:
    """Run a command to its end. An error that is not ours is raised, as it would end a process with its trace.

    Args:
        arguments: as typed.
        check: it must succeed.
        environment: besides what is there already.
    """
    result = CliRunner().invoke(app, [*map(str, arguments)], env=environment, catch_exceptions=False)
    done = Done(result.exit_code, result.stdout, result.stderr)
    if check:
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done


def json_of(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Any:
    """What a command prints with --json; it must succeed."""
    return json.loads(command(*arguments, "--json", environment=environment).stdout)
