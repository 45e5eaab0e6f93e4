"""Checks protos/ with buf, without a network: what they import of Google lies in googleapis-common-protos.

    python deploy/dev/protos.py lint        their style and their form
    python deploy/dev/protos.py breaking    that the public API still has all that the last tag promised

Run from the root of the repository, by `make lint`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

from google.type import date_pb2

BUF = Path(sys.executable).with_name("buf")
OF_GOOGLE = ("google/api/annotations.proto", "google/api/http.proto", "google/type/date.proto")
"""What ours import, besides what every compiler brings."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("check", choices=["lint", "breaking"])
    chosen = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        return lint(Path(folder)) if chosen == "lint" else breaking(Path(folder))


def lint(folder: Path) -> int:
    """Above 0: something was found, and printed."""
    protos = workspace(folder, Path("protos"))
    return buf(protos, "lint", "protos") or buf(protos, "format", "protos", "--diff", "--exit-code")


def breaking(folder: Path) -> int:
    """As `lint`. What is internal may change with the chart."""
    tag = last_tag()
    if tag is None:
        print("protos: there is no tag yet that the API could break with")
        return 0
    print(f"protos: compared with {tag}")
    now = workspace(folder / "now", Path("protos"), "internal")
    before = workspace(folder / "before", tagged_protos(tag, folder / "tagged"), "internal")
    return buf(now, "breaking", "protos", "--against", str(before / "protos"))


def workspace(folder: Path, protos: Path, *left_out: str) -> Path:
    """A buf workspace of some protos and of those that they import; its configuration is ours, for two modules."""
    shutil.copytree(protos, folder / "protos", ignore=shutil.ignore_patterns("buf.yaml", *left_out))
    installed = Path(date_pb2.__file__).parents[2]
    for name in OF_GOOGLE:
        copy = folder / "google-protos" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(installed / name, copy)
    config = Path("protos/buf.yaml").read_text()
    modules = config.replace("- path: .\n", "- path: protos\n  - path: google-protos\n")
    (folder / "buf.yaml").write_text(modules)
    return folder


def last_tag() -> str | None:
    """The newest tag behind the present commit; None where there is none, or no repository."""
    asked = ["git", "describe", "--tags", "--abbrev=0"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() if done.returncode == 0 else None


def tagged_protos(tag: str, folder: Path) -> Path:
    """The protos as they were at a tag."""
    archived = subprocess.run(["git", "archive", tag, "protos"], capture_output=True, check=True)  # noqa: S603, S607
    with tarfile.open(fileobj=BytesIO(archived.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "protos"


def buf(folder: Path, *arguments: str) -> int:
    return subprocess.run([BUF, *arguments], cwd=folder, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
