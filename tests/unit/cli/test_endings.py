"""However a command ends, it says so in a line: no trace of what is no fault of ours, and no silence."""

from __future__ import annotations

import errno
import io
import json
import os
import socket
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sevenviews.cli.__main__ import main
from sevenviews.cli.commands import group
from sevenviews.cli.console import CommandError, Plain, note, print_json, table
from sevenviews.cli.local import NotRunningError
from sevenviews.cli.whole import written_whole
from sevenviews.designs import Reason, SevenviewsError
from tests.commands import command

ENDS = {
    "an error of ours": (SevenviewsError(Reason.INTERNAL, "no", {"part": "a"}), 1, "no [INTERNAL part=a]"),
    "of a command": (CommandError("not now"), 1, "not now"),
    "nothing runs": (NotRunningError("nothing runs"), 2, "nothing runs"),
    "a file that was named": (FileNotFoundError(errno.ENOENT, "None", "a.tif"), 2, "a.tif: None"),
    "a disk that is full": (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 1, "No space left on device"),
    "a message alone": (OSError("no weights"), 1, "no weights"),
}


@pytest.mark.parametrize("depth", [0, 1], ids=["a command", "a command of a group"])
@pytest.mark.parametrize(("error", "status", "told"), ENDS.values(), ids=ENDS)
def test_what_is_no_fault_of_ours_is_a_line(error: Exception, status: int, told: str, depth: int) -> None:
    done = raising(error, depth)
    assert (done.exit_code, done.stderr, done.stdout) == (status, f"sevenviews: {told}\n", "")


def test_a_reader_who_has_seen_enough_is_told_nothing() -> None:
    done = raising(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    assert (done.exit_code, done.stderr) == (1, "")


@pytest.mark.parametrize("error", [ValueError("oh"), ModuleNotFoundError("oh", name="sevenviews.nowhere")])
def test_a_bug_is_told_as_one(error: Exception) -> None:
    assert raising(error).exception is error


def raising(error: Exception, depth: int = 0) -> Result:
    def go() -> None:
        raise error

    app = group("All.")
    app.command()(go)
    app.command("other")(lambda: None)
    for _ in range(depth):
        app, inner = group("More."), app
        app.add_typer(inner, name="inner")
    return CliRunner().invoke(app, [*["inner"] * depth, "go"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("synth", "FILE/corpus"),
        ("up", "--data", "FILE/data", "--port", "0"),
        ("backup", "FILE/backup", "--data", "FILE/data"),
        ("reconcile", "--data", "FILE"),
        ("releases", "list", "--data", "FILE"),
        ("keys", "create", "me", "--role", "reader", "--file", "FILE/keys.json"),
        ("search", "FILE/sheet.tif"),
        ("replay", "FILE/certificate.json"),
        ("ingest", "x" * 300),
        ("show", "--key-file", "FILE/key"),
    ],
    ids=" ".join,
)
def test_a_path_that_leads_nowhere_is_a_line(arguments: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    done = command(*(one.replace("FILE", str(file)) for one in arguments), check=False)
    assert done.returncode in (1, 2)
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("sevenviews: ")


def test_a_port_that_is_taken_is_told_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = command("up", "--data", tmp_path / "data", "--port", str(min(port, 65532)), check=False)
    assert done.returncode == 1
    assert "service cannot listen on 127.0.0.1:" in done.stderr


def test_texts_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Titles are anybody's: they are no markup, no emoji, and no commands to the terminal."""
    table("a [b", ["c [/red]"], [["[bold]chair[/]"], [":smile:"], ["\x1b[31mred\x07"], ["\x9b2J"]])
    note("left [/out] :bug: \x1b]0;title\x07")
    shown = "".join(capsys.readouterr())
    for text in ("a [b", "c [/red]", "[bold]chair[/]", ":smile:", ":bug:", "left [/out]"):
        assert text in shown
    assert not set("\x1b\x07\x9b") & set(shown)


def test_an_encoding_that_lacks_a_letter_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "latin-1"))
    print_json(["é", "椅"])
    assert json.loads(written.getvalue().decode("ascii")) == ["é", "椅"]
    told = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(told, "ascii"))
    monkeypatch.setattr(sys, "argv", ["sevenviews", "releases", "list", "--data", "椅"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    sys.stderr.flush()
    assert b"nothing runs on \\u6905" in told.getvalue()


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "hits.csv"
    with written_whole(file) as partial:
        partial.write_text("first")
    for error in (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), ValueError("no picture")):
        with pytest.raises(type(error)) as caught, written_whole(file) as partial:
            _write_half(partial, error)
        assert getattr(caught.value, "filename", str(file)) == str(file)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"hits.csv": "first"}


def _write_half(file: Path, error: Exception) -> None:
    file.write_text("sec")
    raise error


def test_nothing_of_a_table_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """To a program a row is a line; in a terminal too narrow, words stay whole."""
    row = ["USD0909824", "a title of many words " * 20, "D14/486"]
    table("hits", ["patent", "title", "class"], [row])
    (line,) = (line for line in capsys.readouterr().out.splitlines() if row[0] in line)
    assert row[1].strip() in line
    narrow = Plain(width=20, force_terminal=True)
    table("hits", ["patent", "title", "class"], [row], narrow)
    shown = capsys.readouterr().out
    assert all(word in shown for word in (row[0], "title", row[2]))
    assert len(shown.splitlines()) > 20
