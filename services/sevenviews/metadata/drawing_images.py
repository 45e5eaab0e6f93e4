"""The images of drawings: kept as they came, and in the sizes that lists show; given in any size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager

from PIL import Image

from sevenviews.designs import DrawingImage, Reason, SevenviewsError
from sevenviews.images import decode, decode_grey, working_bytes
from sevenviews.metadata.images import Size, as_stored, fits, fitted, reduced, renditions
from sevenviews.metadata.objects import ObjectStore, digest_of, key_of, reduced_key_of
from sevenviews.metadata.patent_table import PatentTable
from sevenviews.runtime.budget import Budget
from sevenviews.runtime.deadlines import Deadline

_ROOM_SECONDS = 30.0
"""How long room for decoding is waited for without a deadline."""


class DrawingImages:
    """Reads and writes the object store; the table says where an image lies.

    Args:
        table: the database.
        objects: the object store.
        decoding: memory for the images that are decoded at once.
    """

    def __init__(self, table: PatentTable, objects: ObjectStore, decoding: Budget) -> None:
        self._table = table
        self._objects = objects
        self._decoding = decoding

    def measure(self, content: bytes, deadline: Deadline | None) -> tuple[tuple[int, int], dict[str, bytes]]:
        """Width and height of a new image, and what is to be kept besides it, by key."""
        with self._room_for(content, deadline):
            grey = decode(content)
            size = grey.size
            return size, dict(_reduced_objects(key_of(digest_of(content)), grey))

    def put(self, contents: Mapping[str, bytes]) -> None:
        """Write objects by key."""
        for key, content in contents.items():
            self._objects.put(key, content)

    def restore(self, contents: Mapping[str, bytes]) -> None:
        """Write those that the store has lost: importing a patent again heals it."""
        self.put({key: content for key, content in contents.items() if self._objects.stat(key) is None})

    def keys(self, drawing_ids: Sequence[str]) -> Mapping[str, str]:
        """Where `at` finds those of the drawings that are published."""
        return self._table.drawing_keys(drawing_ids)

    def get(
        self, drawing_id: str, size: Size, deadline: Deadline | None = None, digest: str = ""
    ) -> DrawingImage:
        """A published drawing; or the image of a digest, published or staged, if one is given. Raises as `at`."""
        if not digest:
            return self.at(drawing_id, self.keys([drawing_id]).get(drawing_id), size, deadline)
        key = key_of(digest)
        return self.at(drawing_id, key if self._table.names(key) else None, size, deadline)

    def at(
        self, drawing_id: str, key: str | None, size: Size, deadline: Deadline | None = None
    ) -> DrawingImage:
        """A drawing by its key, None if there is none. Raises DRAWING_NOT_FOUND, DRAWING_CONTENT_MISSING; OVERLOADED,
        there was no room to reduce it in time."""
        if key is None:
            raise SevenviewsError(
                Reason.DRAWING_NOT_FOUND, f"there is no drawing {drawing_id}", {"drawing_id": drawing_id}
            )
        if size.made_of and (kept := self._kept(key, size)) is not None:
            return kept
        content = self._objects.get(key)
        if content is None:
            raise SevenviewsError(
                Reason.DRAWING_CONTENT_MISSING,
                f"the image of {drawing_id} is lost; `sevenviews reconcile` lists all such drawings",
                {"drawing_id": drawing_id},
            )
        stored = as_stored(content)
        if fits(stored, size):
            return stored
        with self._room_for(content, deadline):
            grey = decode_grey(content)
            if size.made_of and not fits(stored, size.made_of):
                # Of a drawing that was imported before these were kept: it is rendered once.
                self.put(dict(_reduced_objects(key, grey.copy())))
            return reduced(grey, size)

    def _kept(self, key: str, size: Size) -> DrawingImage | None:
        """A drawing that was reduced before; or made of one that was, which is then kept as well."""
        kept = self._objects.get(reduced_key_of(key, size))
        if kept is not None:
            return as_stored(kept)
        larger = self._objects.get(reduced_key_of(key, size.made_of)) if size.made_of != size else None
        if larger is None:
            return None
        made = fitted(larger, size)
        self._objects.put(reduced_key_of(key, size), made.content)
        return made

    def _room_for(self, content: bytes, deadline: Deadline | None) -> AbstractContextManager[object]:
        seconds = _ROOM_SECONDS if deadline is None else deadline.left()
        return self._decoding.hold(working_bytes(content), seconds)


def _reduced_objects(key: str, grey: Image.Image) -> Iterator[tuple[str, bytes]]:
    """What is kept of an image besides itself, by key. Changes the image."""
    for size, content in renditions(grey):
        yield reduced_key_of(key, size), content
