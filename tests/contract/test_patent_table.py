"""One suite over the fake, SQLite and PostgreSQL, asked through the use cases above them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from sevenviews.backends.records import PatentGeneration
from sevenviews.designs import (
    Drawing,
    LocarnoClass,
    Patent,
    PatentFilter,
    Reason,
    SevenviewsError,
    drawing_id,
)
from sevenviews.metadata.images import Size
from sevenviews.metadata.objects import digest_of, key_of
from sevenviews.metadata.patent_table import State
from sevenviews.metadata.service import PatentCatalogue
from tests.unit.encoder.test_images import drawing, encoded
from tests.unit.metadata.samples import image, patent, publish_one, put


def visible(catalogue: PatentCatalogue, *ids: str) -> list[str]:
    found, _ = catalogue.batch_get(ids)
    return [one.patent.title for one in found]


def refusal_of(error: pytest.ExceptionInfo[SevenviewsError]) -> Reason:
    return error.value.reason


def test_a_patent_is_invisible_until_it_is_published(catalogue: PatentCatalogue) -> None:
    generation = put(catalogue, 1, publish=False, title="Chair")
    assert visible(catalogue, "USD0000001") == []
    (listed,) = catalogue.list(PatentFilter(), 10, "", include_staged=True).patents
    assert listed.state is State.STAGED
    publish_one(catalogue, "USD0000001", generation)
    publish_one(catalogue, "USD0000001", generation)
    assert visible(catalogue, "USD0000001") == ["Chair"]
    stored = catalogue.batch_get(["USD0000001"])[0][0].patent.drawings[0]
    assert (stored.width, stored.height) == (110, 100)
    assert stored.content_digest == digest_of(image(110))


def test_the_same_content_again_changes_nothing(catalogue: PatentCatalogue) -> None:
    generation = put(catalogue, 1, title="Chair")
    again = catalogue.put(*patent(1, title="Chair", source_digest="another archive"), replace_existing=False)
    assert (again.generation, again.published_generation) == (generation, generation)
    assert (again.state, again.changed) == (State.PUBLISHED, False)


def test_other_content_is_a_conflict_and_changes_nothing(catalogue: PatentCatalogue) -> None:
    put(catalogue, 1, title="Chair")
    with pytest.raises(SevenviewsError) as caught:
        catalogue.put(*patent(1, title="Table"), replace_existing=False)
    assert refusal_of(caught) is Reason.PATENT_CONTENT_CONFLICT
    assert visible(catalogue, "USD0000001") == ["Chair"]


def test_only_what_was_seen_is_replaced(catalogue: PatentCatalogue) -> None:
    seen = put(catalogue, 1, title="Chair")
    table = catalogue.put(*patent(1, title="Table"), replace_existing=True, seen=seen)
    # Nothing is published of it, so readers still see the chair.
    again = catalogue.put(*patent(1, title="Table"), replace_existing=True, seen=seen)
    assert (again.generation, again.changed) == (table.generation, False)
    publish_one(catalogue, "USD0000001", table.generation)
    for wrong in (seen, table.generation + 1):
        with pytest.raises(SevenviewsError) as caught:
            catalogue.put(*patent(1, title="Lamp"), replace_existing=True, seen=wrong)
        assert refusal_of(caught) is Reason.ETAG_MISMATCH
    with pytest.raises(SevenviewsError) as caught:
        catalogue.put(*patent(2), replace_existing=False, seen=1)
    assert refusal_of(caught) is Reason.ETAG_MISMATCH
    # What is there already replaces nothing: who was not told that it was done may ask again.
    assert not catalogue.put(*patent(1, title="Table"), replace_existing=True, seen=seen).changed
    assert visible(catalogue, "USD0000001", "USD0000002") == ["Table"]


def test_only_what_was_seen_is_deleted(catalogue: PatentCatalogue) -> None:
    first, second = put(catalogue, 1), put(catalogue, 2)
    names = ["USD0000001", "USD0000002"]
    for seen in ({names[1]: second + 1}, {names[0]: first, names[1]: second + 1}, {"USD0000003": 1}):
        with pytest.raises(SevenviewsError) as caught:
            catalogue.delete(names, seen)
        assert refusal_of(caught) is Reason.ETAG_MISMATCH
        assert len(visible(catalogue, *names)) == 2
    deleted = catalogue.delete(names, {names[0]: first})
    assert {one.patent_id for one in deleted} == set(names)
    with pytest.raises(SevenviewsError) as caught:
        catalogue.delete(names, {names[0]: first})
    assert refusal_of(caught) is Reason.ETAG_MISMATCH


def test_what_is_only_checked_is_answered_as_if_it_were_put(
    catalogue: PatentCatalogue, tmp_path: Path
) -> None:
    def checked(title: str) -> tuple[int, int, bool]:
        made = catalogue.put(*patent(1, title=title), replace_existing=True, validate_only=True)
        return made.generation, made.published_generation, made.changed

    new, *rest = checked("Chair")
    assert rest == [0, True]
    assert catalogue.list(PatentFilter(), 10, "", include_staged=True).total_size == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert put(catalogue, 1, title="Chair") == new
    assert checked("Chair") == (new, new, False)
    assert checked("Table") == (new + 1, new, True)
    with pytest.raises(SevenviewsError) as caught:
        catalogue.put(*patent(1, title="Table"), replace_existing=False, validate_only=True)
    assert refusal_of(caught) is Reason.PATENT_CONTENT_CONFLICT
    # Nothing was staged, so the number is not used up.
    staged = catalogue.put(*patent(1, title="Table"), replace_existing=True)
    assert (staged.generation, staged.changed) == (new + 1, True)


def test_readers_see_the_old_until_the_new_is_published(catalogue: PatentCatalogue) -> None:
    put(catalogue, 1, title="Chair", locarno=(LocarnoClass(6, 1),))
    replaced = catalogue.put(
        *patent(1, drawings=1, title="Lamp", locarno=(LocarnoClass(26, 5),)), replace_existing=True
    )
    lamps = PatentFilter(locarno_any=(LocarnoClass(26),))
    assert visible(catalogue, "USD0000001") == ["Chair"]
    assert catalogue.list(lamps, 10, "", include_staged=False).total_size == 0
    assert catalogue.images.get("USD0000001-D00001-02", Size.ORIGINAL).width == 111
    publish_one(catalogue, "USD0000001", replaced.generation)
    assert visible(catalogue, "USD0000001") == ["Lamp"]
    assert catalogue.list(lamps, 10, "", include_staged=False).total_size == 1
    with pytest.raises(SevenviewsError) as caught:
        catalogue.images.get("USD0000001-D00001-02", Size.ORIGINAL)
    assert refusal_of(caught) is Reason.DRAWING_NOT_FOUND


def test_an_outdated_publication_is_refused(catalogue: PatentCatalogue) -> None:
    first = put(catalogue, 1, publish=False, title="Chair")
    second = catalogue.put(*patent(1, title="Table"), replace_existing=False).generation
    good = put(catalogue, 2, publish=False)
    wanted = [
        PatentGeneration("USD0000001", first),
        PatentGeneration("USD0000009", 1),
        PatentGeneration("USD0000002", good),
    ]
    stale, unknown, published = catalogue.publish(wanted)
    assert stale is not None
    assert stale.reason is Reason.PATENT_GENERATION_STALE
    assert stale.metadata == {"patent_id": "USD0000001", "generation": str(first), "newest": str(second)}
    assert unknown is not None
    assert unknown.reason is Reason.PATENT_NOT_FOUND
    assert published is None
    assert visible(catalogue, "USD0000001", "USD0000002") == [""]


def test_a_publication_names_each_patent_once(catalogue: PatentCatalogue) -> None:
    for wanted, reason in (
        ([], Reason.FIELD_REQUIRED),
        ([PatentGeneration("USD0000001", 0)], Reason.FIELD_OUT_OF_RANGE),
        ([PatentGeneration("USD0000001", 1), PatentGeneration("USD0000001", 2)], Reason.FIELD_MALFORMED),
    ):
        with pytest.raises(SevenviewsError) as caught:
            catalogue.publish(wanted)
        assert refusal_of(caught) is reason


def test_what_is_staged_behind_other_content_is_told_by_its_generation(catalogue: PatentCatalogue) -> None:
    old = put(catalogue, 1, title="Chair")
    new = catalogue.put(*patent(1, title="Table"), replace_existing=True)
    assert (new.published_generation, new.state) == (old, State.STAGED)
    for (record,) in (
        catalogue.batch_get(["USD0000001"])[0],
        catalogue.list(PatentFilter(), 10, "", include_staged=True).patents,
    ):
        assert (record.patent.title, record.state) == ("Chair", State.PUBLISHED)
        assert (record.generation, record.newest) == (old, new.generation)
    again = catalogue.put(*patent(1, title="Table"), replace_existing=True)
    assert (again.generation, again.changed) == (new.generation, False)
    # It came about by a replacement, and cannot be published by somebody who asks for none.
    with pytest.raises(SevenviewsError) as caught:
        catalogue.put(*patent(1, title="Table"), replace_existing=False)
    assert refusal_of(caught) is Reason.PATENT_CONTENT_CONFLICT


def test_what_was_published_and_is_put_again_wins_over_what_is_staged(catalogue: PatentCatalogue) -> None:
    put(catalogue, 1, title="Chair")
    other = catalogue.put(*patent(1, title="Table"), replace_existing=True)
    again = catalogue.put(*patent(1, title="Chair"), replace_existing=True)
    assert again.generation > other.generation
    publish_one(catalogue, "USD0000001", again.generation)
    assert visible(catalogue, "USD0000001") == ["Chair"]


def test_a_deleted_patent_leaves_its_number_and_nothing_else(catalogue: PatentCatalogue) -> None:
    generation = put(catalogue, 1, title="Chair", locarno=(LocarnoClass(6, 1),))
    staged = catalogue.put(*patent(1, title="Table"), replace_existing=True)
    put(catalogue, 2, drawings=1)
    assert generation < staged.generation
    (deleted,) = catalogue.delete(["USD0000001", "USD0000001", "USD0000009"])
    assert deleted == PatentGeneration("USD0000001", staged.generation + 1)
    listing = catalogue.list(PatentFilter(), 10, "", include_staged=True)
    assert [one.patent.patent_id for one in listing.patents] == ["USD0000002"]
    assert listing.total_size == 1
    ids = [one.patent_id for portion in catalogue.ids(include_staged=True) for one in portion]
    assert ids == ["USD0000002"]
    assert catalogue.batch_get(["USD0000001"], include_staged=True)[1] == ["USD0000001"]
    with pytest.raises(SevenviewsError) as caught:
        catalogue.images.get("USD0000001-D00001-01", Size.ORIGINAL)
    assert refusal_of(caught) is Reason.DRAWING_NOT_FOUND
    assert catalogue.delete(["USD0000001"]) == []
    # A publication that was under way comes too late, and the next put is higher still.
    with pytest.raises(SevenviewsError) as caught:
        publish_one(catalogue, "USD0000001", staged.generation)
    assert refusal_of(caught) is Reason.PATENT_GENERATION_STALE
    assert put(catalogue, 1, title="Chair") == deleted.generation + 1


def test_a_batch_keeps_the_order_and_names_what_is_missing(catalogue: PatentCatalogue) -> None:
    for number in (1, 2, 3):
        put(catalogue, number, title=str(number))
    found, missing = catalogue.batch_get(["USD0000003", "USD0000009", "USD0000001"])
    assert [one.patent.title for one in found] == ["3", "1"]
    assert missing == ["USD0000009"]


def test_pages_hold_every_patent_once(catalogue: PatentCatalogue) -> None:
    for number in range(7):
        put(catalogue, number, drawings=1)
    token, seen = "", []
    while True:
        page = catalogue.list(PatentFilter(), 3, token, include_staged=False)
        seen += [one.patent.patent_id for one in page.patents]
        assert page.total_size == 7
        token = page.next_page_token
        if not token:
            break
    assert seen == [f"USD{number:07d}" for number in range(7)]


@pytest.mark.parametrize("token", ["x", "AAAA", "€"])
def test_a_foreign_token_is_refused(catalogue: PatentCatalogue, token: str) -> None:
    with pytest.raises(SevenviewsError) as caught:
        catalogue.list(PatentFilter(), 3, token, include_staged=False)
    assert refusal_of(caught) is Reason.PAGE_TOKEN_INVALID


def test_a_token_of_another_listing_is_refused(catalogue: PatentCatalogue) -> None:
    for number in range(3):
        put(catalogue, number, drawings=1)
    token = catalogue.list(PatentFilter(), 2, "", include_staged=False).next_page_token
    with pytest.raises(SevenviewsError) as caught:
        catalogue.list(PatentFilter(offices=("US",)), 2, token, include_staged=False)
    assert refusal_of(caught) is Reason.PAGE_TOKEN_INVALID


def test_many_writers_of_one_patent_leave_one_whole(catalogue: PatentCatalogue) -> None:
    failures: list[Exception] = []

    def write(title: str) -> None:
        try:
            stored = catalogue.put(*patent(1, title=title), replace_existing=True)
            publish_one(catalogue, "USD0000001", stored.generation)
        except SevenviewsError as error:
            if error.reason not in {Reason.PATENT_GENERATION_STALE, Reason.DEPENDENCY_UNAVAILABLE}:
                failures.append(error)

    threads = [threading.Thread(target=write, args=(f"title {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(visible(catalogue, "USD0000001")) <= 1
    final = catalogue.put(*patent(1, title="last"), replace_existing=True)
    publish_one(catalogue, "USD0000001", final.generation)
    assert visible(catalogue, "USD0000001") == ["last"]


def test_the_audit_finds_what_is_lost_and_what_is_left(catalogue: PatentCatalogue, tmp_path: Path) -> None:
    put(catalogue, 1)
    lost = key_of(digest_of(image(110)))
    (tmp_path / lost).unlink()
    orphan = tmp_path / key_of(digest_of(b"orphan"))
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"orphan")
    found = {
        one.object_key: one.reason for report in catalogue.audit.repair(1) for one in report.disagreements
    }
    assert found == {
        lost: Reason.DRAWING_CONTENT_MISSING,
        str(orphan.relative_to(tmp_path)): Reason.DRAWING_NOT_FOUND,
    }
    assert not orphan.exists()
    with pytest.raises(SevenviewsError) as caught:
        catalogue.images.get("USD0000001-D00001-01", Size.ORIGINAL)
    assert refusal_of(caught) is Reason.DRAWING_CONTENT_MISSING
    # Putting the same patent again heals it.
    put(catalogue, 1)
    assert [one for report in catalogue.audit.examine() for one in report.disagreements] == []


def test_sizes_fit_their_squares(catalogue: PatentCatalogue) -> None:
    row = Drawing(drawing_id("USD0000001", 1, 1), 1)
    large = encoded(drawing((2000, 1500)))
    stored = catalogue.put(
        Patent("USD0000001", drawings=(row,)), {row.drawing_id: large}, replace_existing=False
    )
    publish_one(catalogue, "USD0000001", stored.generation)
    sides = {
        size: max(found.width, found.height)
        for size in Size
        for found in [catalogue.images.get(row.drawing_id, size)]
    }
    assert sides == {
        Size.ORIGINAL: 2000,
        Size.PREVIEW: 1024,
        Size.MEDIUM: 480,
        Size.THUMBNAIL: 256,
        Size.SMALL: 160,
    }


ONE = Drawing("USD0000001-D00001-01", 1)
GOOD = {"USD0000001-D00001-01": image(120)}
BAD: dict[str, tuple[Patent, dict[str, bytes], Reason]] = {
    "an id that is none": (Patent("../x", drawings=(ONE,)), GOOD, Reason.PATENT_INVALID),
    "no drawing": (Patent("USD0000001"), {}, Reason.PATENT_WITHOUT_DRAWINGS),
    "a stranger's drawing": (Patent("USD0000002", drawings=(ONE,)), GOOD, Reason.DRAWING_INVALID),
    "a drawing twice": (Patent("USD0000001", drawings=(ONE, ONE)), GOOD, Reason.DRAWING_INVALID),
    "no image": (Patent("USD0000001", drawings=(ONE,)), {}, Reason.DRAWING_INVALID),
    "an image too many": (
        Patent("USD0000001", drawings=(ONE,)),
        {**GOOD, "USD0000001-D00009-01": image(120)},
        Reason.DRAWING_INVALID,
    ),
    "a PDF": (
        Patent("USD0000001", drawings=(ONE,)),
        {ONE.drawing_id: b"%PDF-1.7"},
        Reason.IMAGE_FORMAT_UNSUPPORTED,
    ),
    "a long title": (Patent("USD0000001", title="x" * 100_001, drawings=(ONE,)), GOOD, Reason.PATENT_INVALID),
}


@pytest.mark.parametrize(("bad", "contents", "reason"), BAD.values(), ids=BAD)
def test_a_bad_patent_is_refused_and_nothing_is_kept(
    catalogue: PatentCatalogue, tmp_path: Path, bad: Patent, contents: dict[str, bytes], reason: Reason
) -> None:
    with pytest.raises(SevenviewsError) as caught:
        catalogue.put(bad, contents, replace_existing=False)
    assert refusal_of(caught) is reason
    assert catalogue.list(PatentFilter(), 10, "", include_staged=True).total_size == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
