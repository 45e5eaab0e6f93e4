"""Citations as relevance, against the same by hand; and front pages' copies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sevenviews.designs import Citation, Patent, View
from sevenviews.lab.cited import rank_cited
from sevenviews.lab.collection import Collection, cited_by_examiner
from sevenviews.lab.evaluation import Evaluation
from sevenviews.lab.front_pages import is_copy, without_front_pages
from sevenviews.lab.sets import PatentSet, patents_of
from sevenviews.lab.task import RelevanceBy, RetrievalTask, TaskSource, citing_tasks, read_tasks
from tests.unit.lab.drawings import article


def collection(*patents: str, cited: dict[str, tuple[str, ...]] | None = None) -> Collection:
    names = [f"{patent}-D{number:05d}-01" for number, patent in enumerate(patents, 1)]
    views = [View.UNKNOWN] * len(patents)
    return Collection(
        list(patents), [""] * len(patents), names, [b""] * len(patents), views, cited=cited or {}
    )


def test_only_what_the_examiner_cited_counts() -> None:
    citations = (
        Citation("US D428532 S", category="cited by examiner"),
        Citation("D428,532", category="cited by examiner"),
        Citation("US D514253 S", category="cited by applicant"),
        Citation("CN 301234567", category="Cited by Examiner"),
    )
    assert cited_by_examiner(Patent("D1", citations=citations)) == ("USD0428532", "CN301234567S")


def test_a_cited_patent_comes_where_its_best_drawing_does() -> None:
    drawings = collection(
        "USD0900001", "USD0900001", "USD0800001", "USD0800001", "USD0800002", "distractor USD0700001",
        cited={"USD0900001": ("USD0800001", "USD0700001", "USD0100000")},
    )  # fmt: skip
    task = RetrievalTask(drawings, np.array([0]), np.arange(6), 1, 0, "some", relevance=RelevanceBy.CITATIONS)
    vectors = np.array([[1, 0], [1, 0], [0, 1], [0.8, 0.6], [0.9, 0.1], [0.1, 0.9]], np.float32)
    ranks = rank_cited(vectors, task)
    # Without its own: 0800002 (.9), 0800001 (.8, by its second drawing), 0700001 (.1).
    assert ranks.queries.tolist() == [0]
    assert ranks.ranks[0].tolist() == [2, 3]


def test_blocks_are_the_whole() -> None:
    chance = np.random.default_rng(0)
    patents = [f"USD0{number:06d}" for number in range(100_000, 100_300)]
    drawings = collection(*patents, *patents, cited=dict.fromkeys(patents[2:], (patents[0], patents[1])))
    vectors = chance.standard_normal((600, 8)).astype(np.float32)
    queries = np.arange(2, 600)[np.arange(2, 600) % 300 > 1]
    task = RetrievalTask(drawings, queries, np.arange(600), 0, 0, "many", relevance=RelevanceBy.CITATIONS)
    ranks = rank_cited(vectors, task)
    assert ranks.queries.tolist() == list(range(len(queries)))
    for row in (0, 255, 256, 595):
        query = queries[row]
        best = np.maximum(*(vectors[query] @ vectors.T).reshape(2, 300))
        best[query % 300] = -np.inf
        expected = sorted(int((best > best[one]).sum()) + 1 for one in (0, 1))
        assert ranks.ranks[row].tolist() == expected


def test_who_cites_what_is_there_asks() -> None:
    asking, open_one, old = patents_of(PatentSet.REPORT)[0], "USD0900002", "USD0000700"
    found = collection(
        asking, asking, asking, open_one, "USD0900003", "USD0900004", "USD0900004",
        cited={
            asking: ("USD0900003", "USD0111111"),
            open_one: (old,),
            "USD0900003": ("USD0222222",),
            "USD0900004": ("USD0900004",),
        },
    )  # fmt: skip
    report, opened = citing_tasks(found, collection("distractor D700", f"distractor {old}"), "some", 0)
    assert (report.patent_set, opened.patent_set) == (PatentSet.REPORT, PatentSet.OPEN)
    assert report.patents[report.queries].tolist() == [asking, asking]
    # It has one drawing, and finds a distractor.
    assert opened.patents[opened.queries].tolist() == [open_one]
    assert len(report.gallery) == len(opened.gallery) == 9
    vectors = np.eye(9, 4, dtype=np.float32)
    ranks = rank_cited(vectors, opened)
    evaluation = Evaluation("some", opened, vectors, ranks)
    assert len(ranks.ranks[0]) == 1
    assert evaluation.report().queries == 1
    with pytest.raises(ValueError, match="no patent in some cites"):
        citing_tasks(collection("A", "A", "B"), collection("C"), "some", 0)


def test_citations_are_of_the_corpus_alone(tmp_path: Path) -> None:
    (tmp_path / "D1").mkdir()
    article(3, 0).save(tmp_path / "D1" / "front.png")
    source = TaskSource(tmp_path, relevance=RelevanceBy.CITATIONS)
    with pytest.raises(ValueError, match="cites"):
        read_tasks(source)
    with pytest.raises(ValueError, match="leave --queries out"):
        read_tasks(replace(source, queries=tmp_path))


def test_front_pages_are_reported_apart() -> None:
    assert is_copy("USD0834581-D00000-01")
    assert not is_copy("USD0834581-D00001-01")
    drawings = collection("A", "A", "A", "B", "B")
    drawings.names[0] = "A-D00000-01"
    vectors = np.array([[1, 0], [1, 0], [0, 1], [0.7, 0.7], [0.6, 0.8]], np.float32)
    task = RetrievalTask(drawings, np.array([0, 3]), np.array([1, 2, 4]), 0, 0, "some")
    part = without_front_pages(task, vectors)
    assert part is not None
    assert (part.queries, part.gallery) == (1, 3)
    assert part.mean_average_precision == 1
    drawings.names[0] = "A-D00009-01"
    assert without_front_pages(task, vectors) is None
    drawings.names[:] = ["A-D00000-01"] * 5
    assert without_front_pages(replace(task, drawings=drawings), vectors) is None
