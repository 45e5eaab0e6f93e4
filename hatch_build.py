"""Generates the gRPC stubs from protos/ whenever the package is built or installed in editable mode.

The stubs go to services/sevenviews/v1 and services/sevenviews/internal, and are never committed, so they cannot
disagree with the protos.
"""

from __future__ import annotations

import sys
from importlib import resources
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class StubsBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs protoc over protos/."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        generate(Path(self.root))


def generate(root: Path) -> None:
    """Write message, service and typing stubs below root/services; raise if protoc refuses a file."""
    from grpc_tools import protoc

    protos = root / "protos"
    sources = root / "services"
    files = sorted(protos.rglob("*.proto"))
    plugins = Path(sys.executable).parent
    arguments = [
        "protoc",
        f"-I{protos}",
        f"-I{resources.files('grpc_tools') / '_proto'}",
        f"-I{googleapis()}",
        f"--python_out={sources}",
        f"--grpc_python_out={sources}",
        f"--mypy_out={sources}",
        f"--mypy_grpc_out={sources}",
        *(
            f"--plugin={name}={_plugin(plugins, name)}"
            for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")
        ),
        *map(str, files),
    ]
    if protoc.main(arguments) != 0:
        raise RuntimeError("protoc failed; its messages are above")
    for folder in {parent for file in files for parent in file.relative_to(protos).parents[:-2]}:
        (sources / folder / "__init__.py").write_text(f'"""Generated from protos/{folder}. Do not edit."""\n')


def googleapis() -> Path:
    """The folder below which google/type and google/api lie, as googleapis-common-protos installs them."""
    from google.type import date_pb2

    return Path(date_pb2.__file__).parents[2]


def _plugin(directory: Path, name: str) -> str:
    """The build environment is not always on PATH, so plugins are named by their place."""
    import shutil

    found = shutil.which(name, path=str(directory)) or shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is missing from the build environment")
    return found
