"""The checks of the protos, on a small repository of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

CONFIG = (ROOT / "protos/buf.yaml").read_text()
PUBLIC = """syntax = "proto3";

package sevenviews.v1;

import "google/type/date.proto";

message Patent {
  string title = 1;
  google.type.Date date = 2;
}
"""
INTERNAL = """syntax = "proto3";

package sevenviews.internal.v1;

message Vector {
  string drawing_id = 1;
}
"""


class Repository:
    """A repository with two protos and one commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.public = folder / "protos/sevenviews/v1/patent.proto"
        self.internal = folder / "protos/sevenviews/internal/v1/vector.proto"
        for path, text in ((self.public, PUBLIC), (self.internal, INTERNAL)):
            path.parent.mkdir(parents=True)
            path.write_text(text)
        (folder / "protos/buf.yaml").write_text(CONFIG)
        self.git("init", "--quiet")
        self.commit()

    def commit(self) -> None:
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", "as it is now")

    def git(self, *arguments: str) -> None:
        who = [
            "-c",
            "user.name=somebody",
            "-c",
            "user.email=somebody@localhost",
            "-c",
            "commit.gpgsign=false",
        ]
        subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True)

    def check(self, name: str) -> tuple[int, str]:
        command = [sys.executable, str(ROOT / "deploy/dev/protos.py"), name]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_what_is_well_formed_passes(repository: Repository) -> None:
    assert repository.check("lint") == (0, "")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("string title", "string Title", "lower_snake_case"),
        ("  string title", "    string title", "diff"),
    ],
)
def test_bad_style_and_bad_form_are_told(repository: Repository, before: str, after: str, said: str) -> None:
    repository.public.write_text(PUBLIC.replace(before, after))
    code, output = repository.check("lint")
    assert code != 0
    assert said in output


def test_without_a_tag_nothing_can_break(repository: Repository) -> None:
    repository.public.write_text(PUBLIC.replace("string title", "int32 title"))
    code, output = repository.check("breaking")
    assert code == 0
    assert "no tag" in output


def test_a_broken_promise_of_the_last_tag_is_told(repository: Repository) -> None:
    repository.git("tag", "v0.1.0")
    # The tag is compared with, not the commit after it.
    repository.public.write_text(PUBLIC.replace("string title", "int32 title"))
    repository.commit()
    code, output = repository.check("breaking")
    assert code != 0
    assert "v0.1.0" in output
    assert 'changed type from "string" to "int32"' in output


def test_what_is_added_breaks_nothing(repository: Repository) -> None:
    repository.git("tag", "v0.1.0")
    repository.public.write_text(PUBLIC.replace("  string title", "  string claim = 3;\n  string title"))
    assert repository.check("breaking")[0] == 0


def test_what_is_internal_is_promised_to_nobody(repository: Repository) -> None:
    repository.git("tag", "v0.1.0")
    repository.internal.write_text(INTERNAL.replace("string drawing_id", "int32 drawing_id"))
    assert repository.check("breaking")[0] == 0
