"""Objects as files in a directory."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.metadata.objects import PREFIX, StoredObject

_FULL = (errno.ENOSPC, errno.EDQUOT)
_TEMPORARY = ".writing-"


class DirectoryStore:
    """An ObjectStore over a directory.

    Args:
        root: made if it is absent.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        with _translated():
            root.mkdir(parents=True, exist_ok=True)

    def put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        with _translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=_TEMPORARY)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise

    def get(self, key: str) -> bytes | None:
        with _translated():
            try:
                return self._path(key).read_bytes()
            except FileNotFoundError:
                return None

    def stat(self, key: str) -> StoredObject | None:
        with _translated():
            try:
                return StoredObject(key, self._path(key).stat().st_mtime)
            except FileNotFoundError:
                return None

    def delete(self, keys: Sequence[str]) -> None:
        with _translated():
            for key in keys:
                self._path(key).unlink(missing_ok=True)

    def list(self, after: str = "") -> Iterator[StoredObject]:
        with _translated():
            yield from self._walk(self._root / PREFIX.rstrip("/"), after)

    def check(self) -> None:
        with _translated():
            self._root.stat()
            if not os.access(self._root, os.R_OK | os.W_OK):
                raise PermissionError(errno.EACCES, "not writable", str(self._root))

    def _walk(self, folder: Path, after: str) -> Iterator[StoredObject]:
        if not folder.is_dir():
            return
        for path in sorted(folder.iterdir()):
            key = path.relative_to(self._root).as_posix()
            if key <= after and not after.startswith(f"{key}/"):
                continue
            if path.is_dir():
                yield from self._walk(path, after)
            elif not path.name.startswith(_TEMPORARY):
                with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                    yield StoredObject(key, path.stat().st_mtime)

    def _path(self, key: str) -> Path:
        parts = PurePosixPath(key).parts
        if key.startswith("/") or ".." in parts or not parts:
            raise ValueError(f"{key!r} is not a key")
        return self._root.joinpath(*parts)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise SevenviewsError(
                Reason.STORAGE_FULL, "the store of drawings has no room left", {"store": "drawings"}
            ) from error
        raise SevenviewsError(
            Reason.DEPENDENCY_UNAVAILABLE,
            f"the store of drawings does not answer: {error}",
            {"service": "drawings"},
        ) from error
