"""Makes folders, tars and ZIPs of small drawings."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from sevenviews.corpus import CorpusPatent, iter_entries
from sevenviews.designs import View
from tests.unit.corpus.grants import make_zip
from tests.unit.corpus.sheets import as_bytes


def small_drawing(shade: int = 0, image_format: str = "PNG") -> bytes:
    """A square of a shade."""
    image = Image.new("L", (64, 48), 255)
    image.paste(shade, (10, 10, 30, 30))
    return as_bytes(image, image_format)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The files below a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def write_tar(
    path: Path, files: Mapping[str, bytes], links: Mapping[str, tuple[bytes, str]] | None = None
) -> Path:
    """A tar, compressed as its suffix says; links: name -> type and target, after the files."""
    compression = path.suffix[1:]
    with tarfile.open(path, "w" if compression == "tar" else f"w:{compression}") as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, (kind, target) in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            archive.addfile(member)
    return path


def write_zip(path: Path, files: Mapping[str, bytes]) -> Path:
    """A ZIP."""
    path.write_bytes(make_zip(files))
    return path


def read(path: Path) -> dict[str, CorpusPatent]:
    """The patents at a path, by id; no two have the same."""
    patents = [entry.read() for entry in iter_entries(path)]
    by_id = {one.patent.patent_id: one for one in patents}
    assert len(by_id) == len(patents)
    return by_id


def views(path: Path) -> dict[str, list[View]]:
    return {name: [drawing.view for drawing in one.patent.drawings] for name, one in read(path).items()}
