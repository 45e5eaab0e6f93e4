"""Groups of commands: what goes wrong in one ends it with a line, and not with its trace."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from sevenviews.cli.console import CommandError, fail, told
from sevenviews.cli.extras import why_missing
from sevenviews.designs import SevenviewsError

_TYPED = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
"""Of a file: what was typed is at fault."""


class _Clear(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except SevenviewsError as error:
            fail(told(error))
        except CommandError as error:
            fail(str(error), error.exit_code)
        except ModuleNotFoundError as error:
            if not (reason := why_missing(error.name or "")):
                raise
            fail(reason)
        except BrokenPipeError:
            # Whoever reads has seen enough; typer ends quietly.
            raise
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            fail(f"{place}{error.strerror or error}", 2 if isinstance(error, _TYPED) else 1)


def group(help_text: str) -> typer.Typer:
    """A group of commands; none of them needs to catch what is told by a line: an error of ours, of a file, or of a
    package that is not installed."""
    return typer.Typer(
        cls=_Clear,
        help=help_text,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
