"""Where a Ray of this machine keeps its sockets and logs: /tmp/ray, unless that is another user's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

LONGEST_BYTES = 40
"""Of a folder's path: Ray adds 64 bytes for its sockets, whose names the kernel cuts off at 107."""
_VARIABLE = "RAY_TMPDIR"


class RayFolderError(Exception):
    """Ray could not start; the message says what to set."""


def ray_folder(environment: Mapping[str, str] = os.environ, root: Path = Path("/tmp")) -> Path:  # noqa: S108
    """The folder for Ray's sessions, made where there is none.

    On a shared machine /tmp/ray may be what another user's Ray left: then it is one of this user's own beside it.

    Raises:
        RayFolderError: RAY_TMPDIR names one that is too long or cannot be written to; or neither can.
    """
    given = environment.get(_VARIABLE)
    if given:
        folder = Path(given) / "ray"
        if not _usable(folder):
            raise RayFolderError(f"{_VARIABLE}={given} cannot be written to: set another one")
    else:
        found = (one for one in (root / "ray", root / f"ray-{os.getuid()}") if _usable(one))
        chosen = next(found, None)
        if chosen is None:
            raise RayFolderError(
                f"{root / 'ray'} belongs to another user, and {root / f'ray-{os.getuid()}'} cannot be made: set "
                f"{_VARIABLE} to a folder of yours"
            )
        folder = chosen
    length = len(os.fsencode(folder))
    if length > LONGEST_BYTES:
        raise RayFolderError(
            f"{folder} has {length} bytes, and Ray's sockets leave {LONGEST_BYTES}: set {_VARIABLE} to a shorter path"
        )
    return folder


def _usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
