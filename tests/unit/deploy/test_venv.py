"""deploy/dev/venv.sh finds a Python that is new enough, or says in one line what to do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

_FAKE = """#!/bin/sh
# As a Python of version {major}.{minor} answers what the script asks.
case "$*" in
  *"%d.%d"*) echo {major}.{minor} ;;
  *"sys.exit("*) [ {major}{minor:02d} -ge 311 ] ;;
  *"import ensurepip"*) exit {without_venv} ;;
  "-m venv "*) /bin/mkdir -p "$3/bin" && /bin/cp "$0" "$3/bin/python" ;;
  *) exit 9 ;;
esac
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """All that is on the PATH."""
    folder = tmp_path / "path"
    folder.mkdir()
    return folder


def _python(folder: Path, name: str, minor: int, *, has_venv: bool = True) -> None:
    _program(folder / name, _FAKE.format(major=3, minor=minor, without_venv=0 if has_venv else 1))


def _shim(folder: Path, name: str) -> None:
    """As pyenv leaves them for versions that are not chosen."""
    _program(folder / name, f"#!/bin/sh\necho 'pyenv: {name}: command not found' >&2\nexit 127\n")


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def _run(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "deploy" / "dev" / "venv.sh", *arguments],
        cwd=path.parent,
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def _version(path: Path) -> str:
    python = path.parent / ".venv" / "bin" / "python"
    done = subprocess.run([python, "-c", "%d.%d"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _says(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1
    assert done.stderr.startswith("sevenviews: ")
    assert len(done.stderr.splitlines()) == 1
    for word in words:
        assert word in done.stderr


def test_the_plain_name_is_taken_first(path: Path) -> None:
    _python(path, "python3", 12)
    _python(path, "python3.14", 14)
    assert _run(path, "").returncode == 0
    assert _version(path) == "3.12"


def test_old_ones_shims_and_those_without_venv_are_passed_over(path: Path) -> None:
    _python(path, "python3", 10)
    _shim(path, "python3.14")
    _python(path, "python3.13", 13, has_venv=False)
    _python(path, "python3.12", 12)
    assert _run(path).returncode == 0
    assert _version(path) == "3.12"


def test_without_any_it_says_how_to_name_one(path: Path) -> None:
    _python(path, "python3", 9)
    _says(_run(path, ""), "no Python 3.11 or later", "make PYTHON=")
    assert not (path.parent / ".venv").exists()


def test_one_that_is_named_is_taken_or_refused(path: Path) -> None:
    _python(path, "python3", 12)
    _python(path, "old", 10)
    _shim(path, "shim")
    _python(path, "bare", 13, has_venv=False)
    _python(path, "chosen", 13)
    _says(_run(path, "old"), "Python 3.10", "3.11 or later")
    _says(_run(path, "shim"), "PYTHON=shim does not run")
    _says(_run(path, "nowhere"), "PYTHON=nowhere does not run")
    _says(_run(path, "bare"), "python3-venv")
    assert _run(path, "chosen").returncode == 0
    assert _version(path) == "3.13"


def test_an_environment_that_is_there_stays(path: Path) -> None:
    _python(path, "python3", 11)
    assert _run(path, "").returncode == 0
    _python(path, "python3", 12)
    assert _run(path, "").returncode == 0
    assert _version(path) == "3.11"
    _says(_run(path, "python3"), ".venv has Python 3.11", "remove .venv")


def test_a_broken_environment_is_named(path: Path) -> None:
    _python(path, "python3", 12)
    _shim(path.parent / ".venv" / "bin", "python")
    _says(_run(path, ""), ".venv is broken")
