"""Splits by patent, batches by seed, and the hash of the data."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pydantic import ValidationError

from sevenviews.lab.sets import PatentSet, patents_of
from sevenviews.training.config import PACKAGED_CONFIG, DataConfig, TrainConfig
from sevenviews.training.data_hash import data_digest, generator_digest
from sevenviews.training.drawings import DrawingDataset, open_dataset
from sevenviews.training.labels import labelled
from sevenviews.training.losses.config import ArcFaceConfig, ClassificationConfig
from sevenviews.training.sampling import BatchSampler
from sevenviews.training.split import split


def dataset(designs: int = 200, drawings: int = 3) -> DrawingDataset:
    numbers = np.repeat(np.arange(designs), drawings)
    return DrawingDataset(
        pixels=np.zeros((len(numbers), 8, 8), np.uint8),
        designs=numbers,
        names=tuple(f"USD{800000 + number:07d}" for number in range(designs)),
        categories=tuple(("", "Locarno 06", "Locarno 14")[number % 3] for number in range(designs)),
        digest="",
    )


def test_the_shares_are_those_of_deeppatent() -> None:
    given = dataset()
    parts = split(given, DataConfig(test_share=0.15, validation_share=0.15), seed=3)
    of = [set(given.designs[part].tolist()) for part in (parts.training, parts.validation, parts.test)]
    assert not of[0] & (of[1] | of[2])
    assert not of[1] & of[2]
    assert set.union(*of) == set(range(200))
    # 15 % of 200; 15 % of the 170 others; the rest.
    assert [len(one) for one in of] == [144, 26, 30]
    assert len(parts.training) == 144 * 3
    again = split(given, DataConfig(test_share=0.15, validation_share=0.15), seed=3)
    assert np.array_equal(again.test, parts.test)
    other = split(given, DataConfig(test_share=0.15, validation_share=0.15), seed=4)
    assert not np.array_equal(other.test, parts.test)


def write_list(path: Path, *numbers: int) -> Path:
    name = "I20180101/USD{0}-20180101/USD{0}-20180101-D00001.png {1}\n"
    path.write_text("".join(name.format(f"{800000 + one:07d}", at) for at, one in enumerate(numbers)))
    return path


def test_original_lists_split_as_they_say(tmp_path: Path) -> None:
    given = dataset(10)
    queries, gallery = write_list(tmp_path / "q.txt", 1, 2), write_list(tmp_path / "d.txt", 2, 3)
    test = write_list(tmp_path / "t.txt", 7, 4711)
    config = DataConfig(validation_lists=(queries, gallery), test_lists=(test,))
    parts = split(given, config, seed=0)
    assert set(given.designs[parts.validation]) == {1, 2, 3}
    assert set(given.designs[parts.test]) == {7}
    assert set(given.designs[parts.training]) == {0, 4, 5, 6, 8, 9}
    with pytest.raises(ValueError, match=r"USD0800002 is in test_lists and in validation_lists"):
        split(given, DataConfig(validation_lists=(queries,), test_lists=(gallery,)), seed=0)
    with pytest.raises(ValueError, match="no patent of validation_lists"):
        split(given, DataConfig(validation_lists=(write_list(tmp_path / "n.txt", 4711),)), seed=0)
    with pytest.raises(ValueError, match="no design is left"):
        split(given, DataConfig(validation_lists=(write_list(tmp_path / "a.txt", *range(10)),)), seed=0)
    with pytest.raises(ValidationError, match="validation_lists must be given"):
        DataConfig(test_lists=(test,))


def test_lists_and_corpora_spell_a_patent_as_they_like(tmp_path: Path) -> None:
    given = dataset(10)
    names = [f"{name}-20180101.ZIP" if n % 2 else name.lower() for n, name in enumerate(given.names)]
    given = replace(given, names=tuple(names))
    config = DataConfig(validation_lists=(write_list(tmp_path / "q.txt", 1, 2),))
    assert set(given.designs[split(given, config, seed=0).validation]) == {1, 2}
    excluded = tmp_path / "excluded.txt"
    excluded.write_text("# not to be seen\nD800003\nUS D800,004 S\n")
    parts = split(given, config.model_copy(update={"excluded_lists": (excluded,)}), seed=0)
    assert set(given.designs[parts.training]) == {0, 5, 6, 7, 8, 9}


@pytest.mark.parametrize("seed", range(8))
def test_kin_are_never_torn_apart(seed: int) -> None:
    chance = np.random.default_rng(seed)
    given = replace(dataset(60), kin=np.sort(chance.integers(0, 25, 60)))
    parts = split(given, DataConfig(test_share=0.2, validation_share=0.2), seed)
    groups = [
        set(given.kin[given.designs[one]].tolist()) for one in (parts.training, parts.validation, parts.test)
    ]
    assert all(groups)
    assert not groups[0] & (groups[1] | groups[2])
    assert not groups[1] & groups[2]
    assert len(set(given.designs[parts.test].tolist())) <= 12


def test_kin_of_what_is_listed_are_not_seen(tmp_path: Path) -> None:
    # 0 and 1 are kin, 2 and 3, 4 and 5; 6 to 9 are alone.
    given = replace(dataset(10), kin=np.array([0, 0, 2, 2, 4, 4, 6, 7, 8, 9]))
    excluded = tmp_path / "excluded.txt"
    excluded.write_text("USD0800004\n")
    lists = DataConfig(
        test_lists=(write_list(tmp_path / "t.txt", 0),),
        validation_lists=(write_list(tmp_path / "v.txt", 1, 2),),
        excluded_lists=(excluded,),
    )
    parts = split(given, lists, seed=0)
    found = [set(given.designs[one].tolist()) for one in (parts.training, parts.validation, parts.test)]
    # 1 is kin of the test, 3 of the validation, 5 of what is excluded.
    assert found == [{6, 7, 8, 9}, {2}, {0}]
    shares = DataConfig(test_share=0.2, validation_share=0.2, excluded_lists=(excluded,))
    parts = split(given, shares, seed=0)
    seen = np.concatenate([parts.training, parts.validation, parts.test])
    assert set(given.designs[seen].tolist()) == set(range(10)) - {4, 5}


def test_no_model_learns_from_the_report_set() -> None:
    reporting = patents_of(PatentSet.REPORT)[:3]
    names = (*reporting, *dataset(7).names)
    given = replace(dataset(10), names=names, kin=np.array([0, 1, 2, 2, *range(4, 10)]))
    parts = split(given, DataConfig(test_share=0.2, validation_share=0.2), seed=0)
    seen = np.concatenate([parts.training, parts.validation, parts.test])
    # Neither from its kin, the first of the others.
    assert set(given.designs[seen].tolist()) == set(range(4, 10))


def test_the_configurations_of_deeppatent_split_as_it_does(shared_data: Path) -> None:
    lists = shared_data / "deeppatent-lists"
    if not lists.is_dir():
        pytest.skip("../shared/data/deeppatent-lists is not here")
    for name in ("deeppatent-rn18", "deeppatent-rn50", "cross-entropy-efficientnet"):
        data = TrainConfig.load(PACKAGED_CONFIG.parent / f"{name}.yaml").data
        assert {one.name for one in (*data.test_lists, *data.validation_lists)} == {
            one.name for one in lists.glob("*.gz")
        }


def test_where_all_are_kin_nothing_can_be_held_out() -> None:
    given = replace(dataset(10), kin=np.zeros(10, np.int64))
    with pytest.raises(ValueError, match="all are kin"):
        split(given, DataConfig(), seed=0)


def test_an_epoch_has_every_design_once_with_so_many_drawings() -> None:
    labels = np.repeat(np.arange(12), 5)
    sampler = BatchSampler(labels, size=12, of_each=3, seed=1)
    seen: Counter[int] = Counter()
    for number in range(3):
        batch = sampler.batch(number)
        assert len(set(batch.tolist())) == 12
        groups = labels[batch].reshape(4, 3)
        assert (groups == groups[:, :1]).all()  # those of one design side by side
        seen.update(groups[:, 0].tolist())
    assert seen == dict.fromkeys(range(12), 1)
    assert not np.array_equal(sampler.batch(0), sampler.batch(3))
    # Whoever comes later, or is another worker, has the same batches.
    assert np.array_equal(sampler.batch(7), BatchSampler(labels, 12, 3, 1).batch(7))


def test_classes_come_in_turn_however_many_designs_they_have() -> None:
    labels, classes = np.repeat(np.arange(12), 2), np.repeat([0] * 9 + [1, 1, 2], 2)
    sampler = BatchSampler(labels, size=12, of_each=2, seed=1, classes=classes)
    for number in range(4):
        batch = sampler.batch(number)
        assert Counter(classes[batch].tolist()) == {0: 4, 1: 4, 2: 4}
        assert (labels[batch].reshape(6, 2)[:, 0] == labels[batch].reshape(6, 2)[:, 1]).all()
    epoch = labels[np.concatenate([sampler.batch(0), sampler.batch(1)])]
    # Within a class its designs come in turn, too.
    assert Counter(epoch[classes[2 * epoch] == 1].tolist()) == {9: 4, 10: 4}
    assert np.array_equal(sampler.batch(5), BatchSampler(labels, 12, 2, 1, classes=classes).batch(5))


def test_a_design_of_one_drawing_comes_several_times() -> None:
    batch = BatchSampler([0, 1, 1, 1], size=4, of_each=2, seed=0).batch(0)
    assert Counter(batch.tolist())[0] == 2


def test_copies_of_a_drawing_stand_side_by_side() -> None:
    labels = np.repeat(np.arange(10), 5)
    batch = BatchSampler(labels, size=12, of_each=4, seed=1, copies=2).batch(3).reshape(3, 2, 2)
    assert np.array_equal(batch[..., 0], batch[..., 1])
    assert all(len(set(of_design.ravel())) == 2 for of_design in batch)
    assert np.array_equal(labels[batch].min((1, 2)), labels[batch].max((1, 2)))


def test_single_drawings_come_once_an_epoch() -> None:
    sampler = BatchSampler([0] * 12, size=4, of_each=1, seed=0)
    seen = np.concatenate([sampler.batch(number) for number in range(3)])
    assert sorted(seen.tolist()) == list(range(12))


def test_too_few_designs_for_a_batch_are_named() -> None:
    with pytest.raises(ValueError, match=r"needs 4 designs, 2 drawings each; there are 3"):
        BatchSampler([0, 0, 1, 1, 2, 2], size=8, of_each=2, seed=0)


def test_labels_are_patents_categories_or_rotations() -> None:
    given = dataset(9, drawings=2)
    training = np.arange(4, 18)  # designs 2 to 8
    drawings, labels = labelled(given, training, ArcFaceConfig())
    assert np.array_equal(drawings, training)
    assert np.array_equal(labels, np.repeat(np.arange(7), 2))
    drawings, labels = labelled(given, training, ClassificationConfig(by="category"))
    assert {given.categories[one] for one in given.designs[drawings]} == {"Locarno 06", "Locarno 14"}
    assert (
        len(set(zip(labels.tolist(), [given.categories[d] for d in given.designs[drawings]], strict=True)))
        == 2
    )
    _, labels = labelled(given, training, ClassificationConfig(by="rotation"))
    assert set(labels.tolist()) == {0, 1, 2, 3}
    with pytest.raises(ValueError, match="tell 1 categories; 2 are needed"):
        labelled(given, np.arange(2, 4), ClassificationConfig(by="category"))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for number in range(5):
        folder = tmp_path / "corpus" / f"D{number}"
        folder.mkdir(parents=True)
        for view in ("front", "back"):
            image = Image.new("1", (80, 80), 1)
            ImageDraw.Draw(image).regular_polygon((40, 40, 30), 3 + number, outline=0, width=3)
            image.save(folder / f"{view}.png")
    return tmp_path / "corpus"


def test_the_data_hash_is_of_contents_not_of_places(corpus: Path, tmp_path: Path) -> None:
    before = data_digest(DataConfig(corpora=(corpus,)), 0)
    moved = corpus.rename(tmp_path / "elsewhere")
    assert data_digest(DataConfig(corpora=(moved,)), 0) == before
    assert data_digest(DataConfig(corpora=(moved,), validation_share=0.3), 0) == before
    assert data_digest(DataConfig(corpora=(moved,), cache_side=64), 0) != before
    file = moved / "D3/front.png"
    file.write_bytes((moved / "D4/front.png").read_bytes())
    changed = data_digest(DataConfig(corpora=(moved,)), 0)
    assert changed != before
    file.unlink()
    assert data_digest(DataConfig(corpora=(moved,)), 0) not in {before, changed}
    with pytest.raises(FileNotFoundError, match="nowhere"):
        data_digest(DataConfig(corpora=(tmp_path / "nowhere",)), 0)


def test_what_draws_synthetic_designs_is_part_of_the_hash(corpus: Path) -> None:
    assert len(generator_digest()) == 64
    plain, drawn = (DataConfig(corpora=(corpus,), synthetic_designs=count) for count in (0, 3))
    assert data_digest(plain, 0) != data_digest(drawn, 0)


def test_the_hash_of_a_list_is_that_of_its_images(tmp_path: Path) -> None:
    listed = write_list(tmp_path / "list.txt", 1, 2)
    for number in (1, 2):
        name = f"USD{800000 + number:07d}-20180101"
        image = tmp_path / "I20180101" / name / f"{name}-D00001.png"
        image.parent.mkdir(parents=True)
        Image.new("1", (9, 9), number % 2).save(image)
    before = data_digest(DataConfig(corpora=(listed,)), 0)
    Image.new("1", (8, 8), 0).save(image)
    assert data_digest(DataConfig(corpora=(listed,)), 0) != before


def test_a_patent_of_two_corpora_is_one_design(tmp_path: Path) -> None:
    """Whole sheets of DeepPatent and a folder of views: the name is the number's, however it is written."""
    chance = np.random.default_rng(0)

    def drawn(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        image = Image.new("L", (90, 90), 255)
        for line in chance.integers(0, 90, (6, 4)).tolist():
            ImageDraw.Draw(image).line(line, fill=0, width=3)
        image.save(path)

    for number in range(3):
        name = f"USD080000{number}-20180101"
        for sheet in (1, 2):
            drawn(tmp_path / "deeppatent" / "I20180101" / name / f"{name}-D{sheet:05d}.png")
        for view in ("front", "back"):
            drawn(tmp_path / "views" / f"D80000{number}" / f"{view}.png")
            drawn(tmp_path / "views" / f"part-{number}" / f"{view}.png")
    config = DataConfig(corpora=(tmp_path / "deeppatent", tmp_path / "views"), cache_side=64)
    given = open_dataset(tmp_path / "cache", config, 0, 1, lambda _: None)
    assert sorted(given.names) == [*(f"USD080000{n}" for n in range(3)), *(f"part-{n}" for n in range(3))]
    counts = Counter(given.designs.tolist())
    assert {name: counts[n] for n, name in enumerate(given.names)} == {
        name: 4 if name.startswith("USD") else 2 for name in given.names
    }
    assert given.groups.tolist() == list(range(6))


def test_a_changed_corpus_is_read_again_and_the_unreadable_is_named(corpus: Path, tmp_path: Path) -> None:
    config = DataConfig(corpora=(corpus,), cache_side=64, least_drawings=1)
    first = open_dataset(tmp_path / "cache", config, 0, 1, lambda _: None)
    assert len(first.designs) == 10
    (corpus / "D0/front.png").write_bytes(b"no image")
    said: list[str] = []
    second = open_dataset(tmp_path / "cache", config, 0, 1, said.append)
    assert second.digest != first.digest
    assert len(second.designs) == 9
    assert len(second.unread) == 1
    assert "front.png" in second.unread[0]
    assert any("front.png" in line for line in said)
