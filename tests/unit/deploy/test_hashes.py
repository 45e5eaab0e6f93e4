"""deploy/hashes.txt knows every file that an image installs, and fits constraints.txt."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
LINES = [line for line in (DEPLOY / "hashes.txt").read_text().splitlines() if not line.startswith("#")]
FORGOTTEN = "run deploy/dev/hashes.py"


def test_its_lines_are_requirements_of_the_versions_that_are_tested() -> None:
    pins = {}
    for line in LINES:
        pin, *hashes = line.split(" ")
        assert hashes, line
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), line
        name, version = pin.split("==")
        pins[name] = version
    tested = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines()[1:])
    tested = {canonicalize_name(name): version for name, version in tested.items()}
    assert pins.items() <= tested.items(), FORGOTTEN


def test_it_has_all_that_the_images_need() -> None:
    images = re.findall(r"RUN sh install\.sh (\S+)", (DEPLOY / "Dockerfile").read_text())
    assert len(images) == 6
    command = [sys.executable, "deploy/requirements.py", *images]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    known = {line.partition("==")[0] for line in LINES}
    # What lists an image's parts is not installed here: with it, each import of Ray would take a second more.
    assert {"cyclonedx-bom", *needed(done.stdout.split())} <= known, FORGOTTEN


def needed(requirements: Iterable[str]) -> Iterator[str]:
    """The names of some requirements and of what these need, as it is installed here."""
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(one) for one in requirements]
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        for extra in ("", *one.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            yield name
            waiting += [each for each in inner(name) if is_needed(each, extra)]


def inner(name: str) -> Iterator[Requirement]:
    """What is needed with an earlier Python alone is not here, and needs nothing itself."""
    with suppress(PackageNotFoundError):
        yield from map(Requirement, requires(name) or ())


def is_needed(requirement: Requirement, extra: str) -> bool:
    """With this Python, or the first 3.11: that of the images may be any between."""
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({"extra": extra, "python_full_version": version})
        for version in ("3.11.0", platform.python_version())
    )


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (
            [("Py_Thing", "1.0"), ("other", "2")],
            "other==2 --hash=sha256:bb\npy-thing==1.0 --hash=sha256:aa\n",
        ),
        ([("other", "3")], "no hash of other==3"),
        ([("new", "1"), ("other", "2")], "no hash of new==1"),
        ([], ""),
    ],
)
def test_what_is_chosen_is_installed_by_its_hash_or_not_at_all(
    tmp_path: Path, chosen: list[tuple[str, str]], told: str
) -> None:
    report, hashes = tmp_path / "report.json", tmp_path / "hashes.txt"
    metadata = [{"metadata": {"name": name, "version": version}} for name, version in chosen]
    report.write_text(json.dumps({"install": metadata}))
    hashes.write_text("# Written.\npy-thing==1.0 --hash=sha256:aa\nother==2 --hash=sha256:bb\n")
    command = [sys.executable, str(DEPLOY / "hashed.py"), str(report), str(hashes)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        assert done.stdout == ""
        assert told in done.stderr
    else:
        assert done.stdout == told
