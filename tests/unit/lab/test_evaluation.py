"""The evaluation finds what it must, counts what it should, and says what it could not read."""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sevenviews.corpus import CorpusPatent, iter_entries
from sevenviews.designs import LocarnoClass, Patent
from sevenviews.lab.collection import category_of, read_collection
from sevenviews.lab.database_size import against_database_size
from sevenviews.lab.evaluation import EvaluationReport, evaluate_on, short_name
from sevenviews.lab.task import read_task
from tests.models import tiny_bundle
from tests.unit.lab.drawings import article

KINDS = {3: "even odd", 4: "even", 5: "even odd", 6: "even"}


def evaluate(model: str, corpus: Path, distractors: Path | None = None) -> EvaluationReport:
    return evaluate_on(read_task(corpus, distractors), model).report()


def written(folder: Path, turns: Mapping[str, int]) -> Path:
    for sides in KINDS:
        (folder / f"D{sides}").mkdir(parents=True)
        for view, turn in turns.items():
            article(sides, turn).save(folder / f"D{sides}" / f"{view}.png")
    rows = io.StringIO()
    csv.writer(rows).writerows([("id", "category"), *((f"D{sides}", kind) for sides, kind in KINDS.items())])
    (folder / "index.csv").write_text(rows.getvalue())
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return written(tmp_path / "corpus", {"front": 0, "back": 5, "left": 10})


@pytest.mark.parametrize("model", ["raw", "hog", "lbp", "ri-lbp", "vishash", "ahdh"])
def test_alike_drawings_are_found(corpus: Path, model: str) -> None:
    report = evaluate(model, corpus)
    assert (report.queries, report.gallery, report.patents) == (8, 4, 4)
    # By chance it would be about a half.
    assert report.mean_average_precision > 0.7
    assert report.interval[0] <= report.mean_average_precision <= report.interval[1]
    assert report.accuracy[20] == 1
    # One relevant drawing a query, among four: the cut at ten cuts nothing.
    assert report.top10_map == pytest.approx(report.mean_average_precision)


def test_categories_are_those_of_the_index_in_a_folder_or_a_compressed_tar(
    corpus: Path, tmp_path: Path
) -> None:
    with tarfile.open(tmp_path / "views.tar.gz", "w:gz") as archive:
        for path in sorted(corpus.rglob("*.*")):
            archive.add(path, path.relative_to(corpus).as_posix())
    in_folder, in_archive = (evaluate("hog", path) for path in (corpus, tmp_path / "views.tar.gz"))
    assert in_folder.categories == in_archive.categories
    assert {name: queries for name, (_, queries) in in_folder.categories.items()} == {
        "even": 4,
        "even odd": 4,
    }
    of_all = np.mean([score for score, _ in in_folder.categories.values()])
    assert of_all == pytest.approx(in_folder.mean_average_precision)


def test_a_category_is_the_corpus_own_or_a_class() -> None:
    patent = CorpusPatent(Patent("D1", uspc=("D6/300",)), {})
    assert category_of(replace(patent, patent=Patent("D1"))) == ""
    assert category_of(patent) == "USPC D6"
    classified = replace(patent.patent, locarno=(LocarnoClass.parse("0601"),))
    assert category_of(replace(patent, patent=classified)) == "Locarno 06"
    assert category_of(replace(patent, patent=classified, category="chairs")) == "chairs"


def test_distractors_only_add_to_the_gallery(corpus: Path, tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "tiny")
    alone = evaluate(str(bundle), corpus)
    among = evaluate(str(bundle), corpus, distractors=corpus)
    assert among.queries == alone.queries
    assert among.patents == alone.patents
    assert among.gallery == alone.gallery + 12
    assert among.mean_average_precision <= alone.mean_average_precision


def test_models_are_compared_query_by_query(corpus: Path) -> None:
    task = read_task(corpus)
    answers = [evaluate_on(task, model) for model in ("raw", "hog")]
    raw, hog = (one.report(answers) for one in answers)
    assert set(raw.paired) == {"hog"}
    beside = hog.paired["raw"]
    assert beside.difference == pytest.approx(hog.mean_average_precision - raw.mean_average_precision)
    assert (beside.queries, beside.patents) == (8, 4)
    assert beside.better + beside.worse + beside.equal == 8
    with pytest.raises(ValueError, match="not asked the same"):
        answers[0].paired_with(evaluate_on(read_task(corpus, seed=1), "hog"))


def test_a_whitened_model_is_told_from_the_plain_one() -> None:
    assert short_name("some/where/model.onnx") == "model.onnx"
    assert short_name("pca:some/where/model.onnx") == "pca:model.onnx"
    assert short_name("pca:hog") == "pca:hog"


def test_given_queries_ask_the_whole_corpus(corpus: Path, tmp_path: Path) -> None:
    asking = written(tmp_path / "asking", {"top": 0})
    report = evaluate_on(read_task(corpus, queries=asking), "raw").report()
    assert (report.queries, report.gallery) == (4, 12)
    # Drawn as the front views are.
    assert report.accuracy[1] == 1


def test_queries_of_other_patents_are_refused(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "E1").mkdir()
    article(3, 0).save(tmp_path / "E1" / "front.png")
    with pytest.raises(ValueError, match="nothing to find"):
        read_task(corpus, queries=tmp_path / "E1")


def test_loose_queries_ask_for_the_patents_of_their_index(corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "queries"
    folder.mkdir()
    for sides in KINDS:
        article(sides, 0).save(folder / f"asked-{sides}.png")
    (folder / "broken.png").write_bytes(b"not an image")
    rows = [
        *((f"asked-{sides}.png", f"D{sides}") for sides in KINDS),
        ("broken.png", "D3"),
        ("lost.png", "D4"),
    ]
    with (folder / "index.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "patent_id"), *rows])
    report = evaluate_on(read_task(corpus, queries=folder), "raw").report()
    assert (report.queries, report.gallery) == (4, 12)
    assert report.accuracy[1] == 1
    assert {name: queries for name, (_, queries) in report.categories.items()} == {"even": 2, "even odd": 2}
    assert [line.partition(":")[0] for line in report.unread] == ["broken.png", "lost.png"]


def test_what_learns_is_fitted_on_the_gallery_or_on_what_is_given(corpus: Path) -> None:
    task = read_task(corpus)
    alone, given = evaluate_on(task, "pca:hog"), evaluate_on(task, "pca:hog", fit=corpus)
    assert alone.report().mean_average_precision > 0.5
    # Of four drawings three components differ, of all twelve eleven.
    assert (alone.vectors.shape[1], given.vectors.shape[1]) == (3, 11)


def test_what_cannot_be_read_is_said(corpus: Path) -> None:
    (corpus / "D3" / "top.png").write_bytes(b"no image")
    collection = read_collection(corpus)
    assert len(collection) == 12
    assert any("top.png" in line for line in collection.unread)


def test_a_corpus_without_pairs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "D1").mkdir()
    article(3, 0).save(tmp_path / "D1" / "front.png")
    with pytest.raises(ValueError, match="no patent"):
        evaluate("raw", tmp_path)


def test_a_larger_database_is_never_easier(corpus: Path) -> None:
    evaluation = evaluate_on(read_task(corpus, distractors=corpus), "hog")
    points = against_database_size(evaluation, steps=4)
    assert [point.size for point in points] == [4, 6, 10, 16]
    scores = [point.mean_average_precision for point in points]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] == pytest.approx(evaluation.report().mean_average_precision)


def test_without_distractors_other_patents_are_added(corpus: Path) -> None:
    points = against_database_size(evaluate_on(read_task(corpus), "hog"), steps=3)
    # One patent of four asks; it has one drawing in the gallery of four.
    assert [point.size for point in points] == [1, 2, 4]
    assert points[0].mean_average_precision == 1
    with pytest.raises(ValueError, match="steps"):
        against_database_size(evaluate_on(read_task(corpus), "raw"), steps=1)


def test_the_mesh_views_name_their_categories(shared_data: Path) -> None:
    archive = shared_data / "mesh-views.tar.gz"
    if not archive.is_file():
        pytest.skip("../shared/data/mesh-views.tar.gz is not here")
    alpaca = next(iter_entries(archive)).read()
    assert category_of(alpaca) == "animals_pack"
    assert len(alpaca.contents) == 7
