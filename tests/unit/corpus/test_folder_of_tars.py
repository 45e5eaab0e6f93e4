"""A folder of weekly archives: what lies loose beside them is no patent."""

from __future__ import annotations

from pathlib import Path

from sevenviews.corpus import NotADesign, iter_entries
from sevenviews.synthetic import write_corpus


def test_queries_beside_the_archives_are_not_imported(tmp_path: Path) -> None:
    write_corpus(tmp_path, designs=3, seed=1, held_out=2, workers=1)
    assert len(list((tmp_path / "queries").glob("*.png"))) == 2
    patents = []
    for entry in iter_entries(tmp_path):
        try:
            patents.append(entry.read().patent.patent_id)
        except NotADesign:
            continue
    assert len(patents) == 3
