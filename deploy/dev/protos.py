"""Checks protos/ with buf, without a network: what they import of Google lies in googleapis-common-protos.

    python deploy/dev/protos.py lint        their style and their form
    python deploy/dev/protos.py breaking    that the public API still has all that the last tag promised
    python deploy/dev/protos.py openapi     prints the public API as OpenAPI; it is kept in protos/openapi.json

Run from the root of the repository, by `make lint`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.type import date_pb2
from openapi import document

BUF = Path(sys.executable).with_name("buf")
OF_GOOGLE = ("google/api/annotations.proto", "google/api/http.proto", "google/type/date.proto")
"""What ours import, besides what every compiler brings."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=list(ACTIONS))
    act = ACTIONS[parser.parse_args().what]
    with tempfile.TemporaryDirectory() as folder:
        return act(Path(folder))


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


def openapi(folder: Path) -> int:
    """Prints the document. Fails where the protos do not compile."""
    protos = workspace(folder, Path("protos"))
    if code := buf(protos, "build", "protos", "--as-file-descriptor-set", "--output", "protos.binpb"):
        return code
    files = FileDescriptorSet.FromString((folder / "protos.binpb").read_bytes())
    version = tomllib.loads(Path("pyproject.toml").read_text())["project"]["version"]
    print(json.dumps(document(files, version), indent=2, ensure_ascii=False))
    return 0


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


ACTIONS: Mapping[str, Callable[[Path], int]] = {"lint": lint, "breaking": breaking, "openapi": openapi}

if __name__ == "__main__":
    sys.exit(main())
