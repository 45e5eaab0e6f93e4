"""`sevenviews backup` and `sevenviews restore`: the embedded default, whole, in a directory that proves itself.

The database and the vectors are of one moment: nothing runs on them, or it stands still while they are copied. The
drawings and the models are copied afterwards: each is written once, before a record names it, and only
`reconcile --repair` deletes any. What lies on servers is saved there: deploy/backup.md.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import psutil
import typer

from sevenviews.cli.console import CommandError, note, print_json, progress
from sevenviews.cli.local import StartError, locked
from sevenviews.cli.options import JsonOutput
from sevenviews.cli.standstill import standstill

MANIFEST = "manifest.json"
_FORMAT = 1
_CONTENT = "data"
_PARTIAL = ".restoring"
_CHUNK = 1 << 20

# Of a running system, and of no other.
_LEFT_OUT = ("lock", "up.json", "logs", "uploads")
_UNDER_WAY = (".writing-", ".adding-")
"""How files begin that are not there yet."""
_LASTING = ("drawings", "models")
_REFRESHES = "refreshes"
# Without one of these the data lie elsewhere, or there are none.
_STORES = ("patents.sqlite", "drawings", "vectors", "models")

Data = Annotated[Path, typer.Option(help="Data directory of `sevenviews up`, which may run.")]


class BackupError(CommandError):
    """It cannot be saved, or what was saved is not whole; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: its path within the data, its bytes and their SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. Written last: without it a backup was cut off."""

    made: str
    files: tuple[Entry, ...]
    format: int = _FORMAT

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.size for one in self.files)


def backup(
    directory: Annotated[Path, typer.Argument(help="Where the backup goes: made, or empty.")],
    data: Data = Path(".sevenviews"),
    json_output: JsonOutput = False,
) -> None:
    """Save everything that `sevenviews up` has stored on this machine: patents, drawings, vectors, models.

    `sevenviews up` may run: while the database and the vectors are copied, its callers wait. All of it is of that
    moment. The work of a refresh that runs is not saved, nor what lies on servers (--database-url and the like).

    Example:  sevenviews backup /mnt/backups/monday --data patents
    """
    _run(lambda tell: save(data, directory, tell), "saved", directory, json_output)


def restore(
    directory: Annotated[Path, typer.Argument(help="What `sevenviews backup` has made.")],
    data: Annotated[Path, typer.Option(help="Data directory to make; it must not hold anything.")] = Path(
        ".sevenviews"
    ),
    json_output: JsonOutput = False,
) -> None:
    """Bring a backup back, into a data directory that is absent or empty.

    Every file is compared with the backup's list as it is read; nothing is there before all of them are right.

    Example:  sevenviews restore /mnt/backups/monday --data patents && sevenviews up --data patents
    """
    _run(lambda tell: bring_back(directory, data, tell), "restored", data, json_output)


def save(data: Path, directory: Path, tell: Callable[[int], None] = lambda _: None) -> Manifest:
    """Copy a data directory, and list what was copied.

    Args:
        data: of `sevenviews up`, which may run.
        directory: absent or empty.
        tell: is told the number of files that are copied.

    Raises:
        BackupError: a store is missing, `sevenviews up` has only begun to start, or `directory` holds something.
        OSError: a file cannot be read or written; what is there then is no backup.
    """
    _check_empty(directory)
    if not data.is_dir():
        raise BackupError(f"there is no {data}")
    if absent := [name for name in _STORES if not (data / name).exists()]:
        raise BackupError(
            f"{data} has no {absent[0]}: what `sevenviews up` keeps on servers is saved there, not here"
        )
    entries: list[Entry] = []

    def copy(paths: Iterable[Path]) -> None:
        for path in paths:
            name = path.relative_to(data).as_posix()
            entries.append(_copy(path, directory / _CONTENT / name, name))
            tell(len(entries))

    with _one_moment(data) as left_out:
        copy(_files(data, (*left_out, *_LASTING)))
    for name in _LASTING:
        copy(_below(data / name))
    manifest = Manifest(datetime.now(UTC).isoformat(timespec="seconds"), tuple(entries))
    partial = directory / f".{MANIFEST}"
    partial.write_text(json.dumps(asdict(manifest), indent=1) + "\n")
    _sync(partial)
    partial.replace(directory / MANIFEST)
    return manifest


@contextlib.contextmanager
def _one_moment(data: Path) -> Iterator[tuple[str, ...]]:
    """Nothing is written while the block runs, but by who is no service; the names of that are given."""
    try:
        with locked(data):
            yield ()
            return
    except StartError as error:
        in_use = error
    state = data / "up.json"
    owner = int((data / "lock").read_text() or 0)
    if not state.exists() or json.loads(state.read_text())["pid"] != owner:
        raise BackupError(
            f"{in_use}, which is no `sevenviews up` that serves; wait until it does, or stop it"
        )
    try:
        with standstill(owner):
            yield (_REFRESHES,)
    except psutil.Error as error:
        raise BackupError(f"a service ended meanwhile: {error}") from error


def bring_back(directory: Path, data: Path, tell: Callable[[int], None] = lambda _: None) -> Manifest:
    """Make a data directory of a backup, all of it or nothing.

    Raises:
        BackupError: the backup is not whole, or `data` holds something.
        OSError: a file cannot be read or written; `data` is as it was.
    """
    manifest = read_manifest(directory)
    data = data.resolve()
    _check_empty(data)
    listed = {one.path for one in manifest.files}
    content = directory / _CONTENT
    there = {path.relative_to(content).as_posix() for path in content.rglob("*") if path.is_file()}
    if odd := sorted(listed ^ there):
        what = "is not in its list" if odd[0] in there else "is missing"
        raise BackupError(f"{directory} is damaged: {odd[0]} {what} ({len(odd)} such files)")
    partial = data.with_name(data.name + _PARTIAL)
    shutil.rmtree(partial, ignore_errors=True)
    try:
        for number, entry in enumerate(manifest.files, start=1):
            if _copy(content / entry.path, partial / entry.path, entry.path) != entry:
                raise BackupError(f"{directory} is damaged: {entry.path} is not what was saved")
            tell(number)
        os.sync()
        if data.exists():
            data.rmdir()
        partial.replace(data)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest


def read_manifest(directory: Path) -> Manifest:
    """The list of a backup.

    Raises:
        BackupError: there is none, it cannot be read, or a newer version made it.
    """
    try:
        told = json.loads((directory / MANIFEST).read_text())
        if told["format"] != _FORMAT:
            raise BackupError(f"{directory} is of format {told['format']}; this version reads {_FORMAT}")
        entries = tuple(Entry(**one) for one in told["files"])
        manifest = Manifest(told["made"], entries)
    except FileNotFoundError:
        raise BackupError(
            f"{directory} is no backup, or one that was cut off: it has no {MANIFEST}"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{directory} is damaged: {MANIFEST} cannot be read") from error
    for entry in manifest.files:
        if Path(entry.path).is_absolute() or ".." in Path(entry.path).parts:
            raise BackupError(f"{directory} is damaged: {entry.path!r} leads out of it")
    return manifest


def _run(
    work: Callable[[Callable[[int], None]], Manifest], done: str, where: Path, json_output: bool
) -> None:
    with progress() as bar:
        task = bar.add_task("files", total=None)
        manifest = work(lambda count: bar.update(task, completed=count))
    if json_output:
        print_json({"made": manifest.made, "files": len(manifest.files), "bytes": manifest.size})
    else:
        note(f"{done} {len(manifest.files)} files, {manifest.size / 1e6:.1f} MB, in {where}")


def _files(folder: Path, left_out: Sequence[str] = ()) -> Iterator[Path]:
    """All files of a data directory that are worth keeping, in order."""
    for path in sorted(folder.iterdir()):
        if path.name not in _LEFT_OUT and path.name not in left_out:
            yield from _below(path) if path.is_dir() else (path,)


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(_UNDER_WAY):
            yield from _below(path) if path.is_dir() else (path,)


def _copy(source: Path, target: Path, name: str) -> Entry:
    """Copy a file to where there is none, and onto the disk."""
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as reading, target.open("xb") as writing:
        while chunk := reading.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            writing.write(chunk)
    return Entry(name, size, digest.hexdigest())


def _sync(path: Path) -> None:
    """Wait for the disk: of this file, and of all that was written before it."""
    os.sync()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _check_empty(directory: Path) -> None:
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise BackupError(f"{directory} holds something; name a directory that is absent or empty")
