"""Writes deploy/hashes.txt: what the images install, with the hashes of the files that pip takes for it.

    .venv/bin/python deploy/dev/hashes.py

It asks the index of pip's own settings, whose name is kept nowhere, for wheels of Python 3.11 on Linux: for x86-64
all of them, for aarch64 those that there are. Run it after a change of constraints.txt; a test says when that was
forgotten.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
IMAGES = "gateway,vectors,metadata,console,corpus,cli,embedding,refresh,tracing,cuda"
"""Every extra that deploy/Dockerfile installs."""
TOOL = "cyclonedx-bom"
"""With which install.sh writes an image's parts list."""
_GLIBC = range(17, 37)
"""Up to that of the images' Debian."""
_FIRST = {"python_full_version": "3.11.0", "extra": ""}
_ABSENT = re.compile(r"No matching distribution found for (\S+)==")

Files = dict[tuple[str, str], set[str]]
"""SHA-256 by name and version."""


def reported(platform: str, arguments: Iterable[str]) -> list[dict[str, Any]]:
    """What pip would take on a platform, as it reports it. Raises CalledProcessError."""
    platforms = [f"manylinux_2_{minor}_{platform}" for minor in _GLIBC] + [f"manylinux2014_{platform}"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += [
            "--only-binary=:all:",
            "--python-version=3.11",
            "--target",
            folder,
            "--report",
            str(report),
        ]
        command += [f"--platform={one}" for one in platforms]
        subprocess.run([*command, *arguments], check=True, capture_output=True, text=True)  # noqa: S603
        chosen: list[dict[str, Any]] = json.loads(report.read_text())["install"]
    return chosen


def hashes_of(chosen: Iterable[Mapping[str, Any]]) -> Files:
    return {
        (canonicalize_name(one["metadata"]["name"]), one["metadata"]["version"]): {
            one["download_info"]["archive_info"]["hashes"]["sha256"]
        }
        for one in chosen
    }


def early_needs(chosen: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What the first 3.11 needs besides, as Debian's 3.11.2 does: pip asks the Python that it runs in."""
    for one in chosen:
        for line in one["metadata"].get("requires_dist", ()):
            requirement = Requirement(line)
            marker = requirement.marker
            if marker and marker.evaluate(_FIRST) and not marker.evaluate({"extra": ""}):
                yield f"{requirement.name}{requirement.specifier}"


def there(platform: str, pins: set[str]) -> Files:
    """What of some pins a platform has, without what they need."""
    while True:
        try:
            return hashes_of(reported(platform, ["--no-deps", *sorted(pins)]))
        except subprocess.CalledProcessError as failed:
            absent = _ABSENT.findall(failed.stderr)
            if not absent:
                raise
            pins = {pin for pin in pins if pin.partition("==")[0] not in absent}


def main() -> None:
    """Takes no arguments."""
    requirements = [sys.executable, str(ROOT / "deploy" / "requirements.py"), IMAGES]
    said = subprocess.run(requirements, check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603
    wanted = ["--constraint", str(ROOT / "constraints.txt"), TOOL, *said.stdout.split()]
    wanted += early_needs(reported("x86_64", wanted))
    found = hashes_of(reported("x86_64", wanted))
    for pin, hashes in there("aarch64", {"==".join(pin) for pin in found}).items():
        found[pin] |= hashes
    lines = (
        " ".join([f"{name}=={version}", *(f"--hash=sha256:{one}" for one in sorted(hashes))])
        for (name, version), hashes in sorted(found.items())
    )
    (ROOT / "deploy" / "hashes.txt").write_text(
        "# Written by deploy/dev/hashes.py.\n" + "\n".join(lines) + "\n"
    )


if __name__ == "__main__":
    main()
