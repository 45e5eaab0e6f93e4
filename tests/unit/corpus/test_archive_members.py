"""Members of archives that are more than a name and bytes: links, holes, sizes that lie, names in old codes."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from sevenviews.corpus.archive import iter_members
from sevenviews.corpus.member import BrokenArchiveError
from sevenviews.designs import View
from tests.unit.corpus.archives import read, small_drawing, views, write_tar


def test_a_link_to_a_folder_in_a_tar_is_followed(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "x.tar", {"A/front.png": small_drawing()}, {"B": (tarfile.SYMTYPE, "A")})
    assert views(path) == {"A": [View.FRONT], "B": [View.FRONT]}


@pytest.mark.parametrize("suffix", ["tar", "gz"])
@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.SYMTYPE])
def test_links_in_a_tar_are_followed(tmp_path: Path, suffix: str, kind: bytes) -> None:
    targets = {"top.png": "../A/top.png", "front.png": "../A/front.png"}
    if kind == tarfile.LNKTYPE:
        targets = {name: f"./A/{name}" for name in targets}
    files = {"A/front.png": small_drawing(), "A/top.png": small_drawing(5)}
    links = {f"B/{name}": (kind, target) for name, target in targets.items()}
    path = write_tar(tmp_path / f"linked.{suffix}", files, links).rename(
        tmp_path / f"x.tar{'.gz' * (suffix == 'gz')}"
    )
    first, second = read(path).values()
    assert list(first.contents.values()) == list(second.contents.values())


def test_a_link_to_nothing_is_said(tmp_path: Path) -> None:
    links = {"A/top.png": (tarfile.LNKTYPE, "gone.png"), "A/back.png": (tarfile.SYMTYPE, "/etc/passwd")}
    path = write_tar(tmp_path / "x.tar", {"A/front.png": small_drawing()}, links)
    (patent,) = read(path).values()
    assert [drawing.view for drawing in patent.patent.drawings] == [View.FRONT]
    assert {problem.part for problem in patent.problems} == {"A/top.png", "A/back.png"}


def test_sparse_members_of_a_tar_are_whole(tmp_path: Path) -> None:
    content = small_drawing() + bytes(8192) + b"end."
    head, hole = len(small_drawing()), 8192
    member = tarfile.TarInfo("A/front.png")
    member.size = head + 4
    member.pax_headers = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.name": "A/front.png",
        "GNU.sparse.size": str(len(content)),
        "GNU.sparse.numblocks": "2",
        "GNU.sparse.map": f"0,{head},{head + hole},4",
    }
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(member, io.BytesIO(small_drawing() + b"end."))
    (only,) = iter_members(path)
    assert only.source.read() == content


def test_what_claims_to_be_huge_is_not_held(tmp_path: Path) -> None:
    member = tarfile.TarInfo("A/front.png")
    member.size = 1 << 40
    path = tmp_path / "x.tar"
    path.write_bytes(member.tobuf() + bytes(1024))
    with pytest.raises(BrokenArchiveError):
        list(iter_members(path))
    packed = tmp_path / "x.tar.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(OSError, match="more than is read"):
        next(iter_members(packed)).source.read()


class _OldChineseName(zipfile.ZipInfo):
    """A name as older programs write it: in the code of their country, and without saying so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 -- Python's own hook
        return self.filename.encode("gb18030"), 0


def test_chinese_names_of_a_zip_that_does_not_say_its_code(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in ("CN301/主视图.png", "CN301/俯视图.png"):
            archive.writestr(_OldChineseName(name), small_drawing())
    assert views(tmp_path / "x.zip") == {"CN301": [View.FRONT, View.TOP]}
