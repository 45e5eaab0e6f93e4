"""Kin are found by a drawing that looks the same, by their patent, and by their family."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from sevenviews.designs import HagueRegistration, Patent, Priority, RelatedDocument, family_keys
from sevenviews.encoder import preprocess
from sevenviews.training.kinship import HASH_BYTES, drawing_hash, kin_of

NO_KEYS: frozenset[str] = frozenset()


def drawing(seed: int) -> Image.Image:
    image = Image.new("L", (400, 300), 255)
    for line in np.random.default_rng(seed).integers(20, 280, (9, 4)).tolist():
        ImageDraw.Draw(image).line(line, fill=0, width=4)
    return image


def hashed(image: Image.Image) -> npt.NDArray[np.uint8]:
    return drawing_hash(preprocess(image, 224)[0])


def test_designs_are_known_again_at_another_size_and_place() -> None:
    drawings: list[tuple[int, Image.Image]] = []
    for seed in range(4):
        for view in (drawing(10 * seed + view) for view in range(3)):
            moved = Image.new("L", (700, 500), 255)
            moved.paste(view, (200, 100))
            larger = view.resize((600, 450), Image.Resampling.LANCZOS)
            drawings += enumerate((view, moved, larger, view.rotate(180)), 4 * seed)
    hashes = np.stack([hashed(image) for _, image in drawings])
    expected = [group for seed in range(4) for group in (4 * seed, 4 * seed, 4 * seed, 4 * seed + 3)]
    assert kin_of([design for design, _ in drawings], hashes, [NO_KEYS] * 16).tolist() == expected


def test_kin_of_kin_are_kin() -> None:
    hashes = np.stack([hashed(drawing(seed)) for seed in (1, 2, 2, 3, 3, 4)])
    assert kin_of([0, 0, 1, 1, 2, 3], hashes, [NO_KEYS] * 4).tolist() == [0, 0, 0, 3]


def test_blank_paper_makes_no_kin() -> None:
    blank = [hashed(Image.new("L", (200, 200), 255))] * 3
    assert kin_of(range(3), np.stack(blank), [NO_KEYS] * 3).tolist() == [0, 1, 2]


def test_a_family_is_kin() -> None:
    patents = [
        Patent("USD0900001", office="US", application_number="29730114"),
        Patent("USD0900002", office="US", application_number="29730115"),
        Patent("USD0900003", office="US", application_number="29/730,114"),
        Patent("US D900,002 S", office="US"),
        Patent("USD0900005", related_documents=(RelatedDocument("continuation", "US 29730114"),)),
        Patent("USD0900006", related_documents=(RelatedDocument("division", "US D900,002 S1"),)),
        Patent("USD0900007", priorities=(Priority("EM", "008888888-0001"),)),
        Patent("USD0900008", priorities=(Priority("EM", "0088888880001"),)),
        Patent(
            "USD0900009", priorities=(Priority("CN", "0088888880001"),), hague=HagueRegistration("DM/098765")
        ),
        Patent("USD0900010", hague=HagueRegistration("DM 098765")),
        Patent("USD0900011", related_documents=(RelatedDocument("provisional application", "62123456"),)),
    ]
    count = len(patents)
    hashes = np.stack([hashed(drawing(seed)) for seed in range(count)])
    groups = kin_of(range(count), hashes, [family_keys(one) for one in patents])
    assert groups.tolist() == [0, 1, 0, 1, 0, 1, 6, 6, 8, 8, 10]


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_groups_are_those_of_all_pairs(seed: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    # Few different ones, with a few bits changed.
    hashes = chance.integers(0, 256, (6, HASH_BYTES), np.uint8)[chance.integers(0, 6, count)]
    bits = np.unpackbits(hashes, axis=1)
    for row in bits:
        row[chance.integers(0, 512, chance.integers(0, 5))] ^= 1
    distance = (bits[:, None] != bits[None]).sum(-1)
    expected = np.arange(count)
    for _ in range(count):
        expected = np.array([min(expected[distance[one] <= 6]) for one in range(count)])
    found = kin_of(range(count), np.packbits(bits, axis=1), [NO_KEYS] * count)
    assert found.tolist() == expected.tolist()
