"""A checkout that has nothing but .ci, beside a machine whose programs are stubs: it lands in a second."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ROOT

REAL = (
    *("bash", "cat", "chmod", "cp", "date", "dirname", "env", "git", "grep", "head", "ls", "mkdir", "mktemp"),
    *("rm", "sed", "sleep", "sort", "tail", "tar", "tee", "timeout", "tr"),
)
"""Programs that are what they are; there is nothing else on PATH but these and the stubs."""

TARGETS = {
    "demo": "mkdir -p .venv/bin; cp ../python .venv/bin/python",
    "test": "echo '5 passed, 0 failed, 1 skipped'",
    "test-cluster": "echo '3 passed, 0 failed, 2 skipped'",
}

CLUSTER = {
    # As buildah does it, it stops at a step that fails.
    "build": 'while [ "$1" != --file ]; do shift; done; ! grep "^RUN false" "$2"',
    "env": "echo 'export KUBECONFIG=/nowhere'",
}

PROGRAMS = {
    "buildah": "exit 1",
    "df": "printf 'Avail\\n  80G\\n  70G\\n'",
    "go": '[ "$1" != env ] || echo /nowhere',
    "id": "echo 0",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What became of it."""

    status: int
    lines: list[str]
    """All that it said."""
    calls: list[str]
    """Of `make` and of the cluster's tool, with their arguments."""


@dataclass(slots=True)
class Checkout:
    """Change what the stubs do, then run.

    Attributes:
        folder: the machine's; the checkout is below it.
        targets: what `make` does, by target.
        cluster: what the cluster's tool does, by command; None: there is no such tool.
        programs: other programs.
    """

    folder: Path
    targets: dict[str, str] = field(default_factory=lambda: dict(TARGETS))
    cluster: dict[str, str] | None = field(default_factory=lambda: dict(CLUSTER))
    programs: dict[str, str] = field(default_factory=lambda: dict(PROGRAMS))

    @property
    def root(self) -> Path:
        return self.folder / "checkout"

    @property
    def libraries(self) -> Path:
        """What the demo's Python can import besides its own library."""
        return self.folder / "libraries"

    def run(self, **environment: str) -> Run:
        """`.ci/run` on the machine as it now is."""
        tools = self.folder / "tools"
        tools.mkdir()
        for name in REAL:
            found = shutil.which(name)
            assert found is not None, name
            (tools / name).symlink_to(found)
        for name, does in self.programs.items():
            _program(tools / name, does)
        _program(tools / "make", _cases("make", self.targets))
        python = f'PYTHONPATH="{self.libraries}" exec "{sys.executable}" -S "$@"'
        _program(self.folder / "python", python)
        if self.cluster is not None:
            tool = self.folder / "shared" / "cluster" / "cluster"
            tool.parent.mkdir(parents=True)
            _program(tool, _cases("cluster", self.cluster))
        calls = self.folder / "calls"
        calls.touch()
        done = subprocess.run(
            [self.root / ".ci" / "run"],
            env={"PATH": str(tools), "HOME": str(self.folder), "CALLS": str(calls), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return Run(done.returncode, done.stdout.splitlines(), calls.read_text().splitlines())


def make_checkout(folder: Path) -> Checkout:
    """With two commits of which the first is two days older and has other services."""
    made = Checkout(folder)
    made.root.mkdir(parents=True)
    git(made.root, "init", "--quiet", "--initial-branch=main")
    # Without the breaks of this history: the one made here has none.
    shutil.copytree(ROOT / ".ci", made.root / ".ci", ignore=shutil.ignore_patterns("breaks"))
    for name in ("Dockerfile", "dev/Dockerfile.milvus", "dev/Dockerfile.postgresql"):
        path = made.root / "deploy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("FROM scratch\n")
    commit(made.root, "earlier", days_ago=2)
    commit(made.root, "now")
    return made


def commit(root: Path, code: str, days_ago: float = 0) -> str:
    """With these services; returns its id."""
    (root / "services").mkdir(exist_ok=True)
    (root / "services" / "code.py").write_text(f"{code}\n")
    when = f"{1_800_000_000 - int(days_ago * 24 * 60 * 60)} +0000"
    git(root, "add", "--all")
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    git(root, "commit", "--quiet", "--allow-empty", "--message", code, **dates)
    return git(root, "rev-parse", "HEAD")


def git(root: Path, *arguments: str, **environment: str) -> str:
    identity = ("-c", "user.name=Someone", "-c", "user.email=someone@example.org")
    return subprocess.run(
        ["git", *identity, *arguments],
        cwd=root,
        env={"PATH": os.environ["PATH"], "HOME": str(root), **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def _cases(name: str, cases: Mapping[str, str]) -> str:
    """A program that writes down how it was called, and does what belongs to its first argument."""
    chosen = "\n".join(f"{argument})\n{does}\n;;" for argument, does in cases.items())
    return f'echo "{name} $*" >>"$CALLS"\ncase $1 in\n{chosen}\nesac'


def _program(path: Path, does: str) -> None:
    path.write_text(f"#!/usr/bin/env bash\n{does}\n")
    path.chmod(0o755)
