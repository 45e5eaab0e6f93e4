"""Files that change while they are in use: keys, tokens, certificates, as Kubernetes renews them in a volume."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger()

Content = TypeVar("Content")


class Followed(Generic[Content]):
    """What files say now. What is missing, cannot be read, or does not fit together, leaves the last good content.

    The files are read only where they have changed; safe to share between threads.

    Args:
        paths: of the files, or of links to them, as in a mounted Secret; None where there is none.
        parse: makes the content of theirs; raises ValueError where they are malformed, in words without secrets.

    Raises:
        OSError, ValueError: at the start there is no good content to keep.
    """

    def __init__(self, paths: tuple[Path | None, ...], parse: Callable[..., Content]) -> None:
        self._paths = paths
        self._parse = parse
        self._looking = threading.Lock()
        self._seen = self._stamps()
        self._content = self._read()

    def __call__(self) -> Content:
        """The content. A look at a file's time costs microseconds, so it is made each time."""
        with self._looking:
            stamps = self._stamps()
            if stamps != self._seen:
                # Noted first: what is written meanwhile is read at the next look, and what is bad is told once.
                self._seen = stamps
                told = {"files": [str(one) for one in self._paths if one]}
                try:
                    self._content = self._read()
                    log.info("files read again", **told)
                except (OSError, ValueError) as error:
                    log.error("files cannot be used; what they said last stays", **told, error=str(error))
            return self._content

    def _stamps(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(map(_stamp, self._paths))

    def _read(self) -> Content:
        return self._parse(*(path.read_bytes() if path else None for path in self._paths))


def _stamp(path: Path | None) -> tuple[int, int, int] | None:
    """What another content has otherwise; None where there is no such file."""
    if path is None:
        return None
    try:
        found = os.stat(path)  # noqa: PTH116 - this is the hot path of every call
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
