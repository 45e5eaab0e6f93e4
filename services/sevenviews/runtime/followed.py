"""Files that change while they are in use: keys, tokens, certificates, as Kubernetes renews them in a volume."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger()

Content = TypeVar("Content")


class FollowedFile(Generic[Content]):
    """What a file says now. A file that is missing, or cannot be read, leaves the last good content in use.

    Args:
        path: of the file, or of a link to it, as in a mounted Secret.
        parse: makes the content; raises ValueError where it is malformed, in words that hold nothing secret.

    Raises:
        OSError, ValueError: at the start there is no good content to keep.
    """

    def __init__(self, path: Path, parse: Callable[[bytes], Content]) -> None:
        self._path = path
        self._parse = parse
        self._seen = self._state()
        self._content = parse(path.read_bytes())

    def __call__(self) -> Content:
        """The content. A look at the file's time costs microseconds, so it is made each time."""
        try:
            state = self._state()
            if state != self._seen:
                # Noted first: a bad file is read, and told, once.
                self._seen = state
                self._content = self._parse(self._path.read_bytes())
                log.info("file read again", path=str(self._path))
        except (OSError, ValueError) as error:
            if self._seen:
                log.error(
                    "file cannot be used; what it said last stays", path=str(self._path), error=str(error)
                )
                self._seen = self._state_or_none()
        return self._content

    def _state(self) -> tuple[int, int, int] | None:
        found = os.stat(self._path)  # noqa: PTH116 - this is the hot path of every call
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _state_or_none(self) -> tuple[int, int, int] | None:
        try:
            return self._state()
        except OSError:
            return None
