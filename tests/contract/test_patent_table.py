"""One suite over the fake, SQLite and PostgreSQL, asked through the use cases above them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from sevenviews.backends.records import PatentGeneration
from sevenviews.designs import (
    Drawing,
    LocarnoClass,
    Party,
    Patent,
    PatentFilter,
    Priority,
    Reason,
    RelatedDocument,
    SevenviewsError,
    drawing_id,
)
from sevenviews.metadata.images import Size
from sevenviews.metadata.objects import digest_of, key_of
from sevenviews.metadata.patent_table import PatentTable, State
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.metadata.stores import open_objects
from sevenviews.runtime.limits import check_limits
from sevenviews.runtime.wire import filter_to_wire
from sevenviews.v1 import search_pb2
from tests.filters import LARGEST, filters, patents
from tests.unit.encoder.test_images import drawing, encoded
from tests.unit.metadata.samples import image, patent, publish_one, put


@pytest.fixture
def catalogue(table: PatentTable, tmp_path: Path) -> Iterator[PatentCatalogue]:
    made = PatentCatalogue(table, open_objects(f"file://{tmp_path}", 5), orphan_seconds=0)
    yield made
    ids = [one.patent.patent_id for one in made.list(PatentFilter(), 1000, "", include_staged=True).patents]
    if ids:
        made.delete(ids)


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


def test_what_is_near_to_an_unknown_id_is_suggested(catalogue: PatentCatalogue) -> None:
    for number in (57, 58, 300):
        put(catalogue, number)
    put(catalogue, 59, publish=False)

    def near(typed: str) -> tuple[str, ...]:
        return catalogue.suggest(typed, (), ()).patent_ids

    assert near("57") == ("USD0000057", "USD0000058"), "which office, digits alone do not tell"
    for typed in ("US D75 S", "USD0000577", "D5", "USD0000059", "Des. 59"):
        assert {"USD0000057"} <= set(near(typed)) <= {"USD0000057", "USD0000058"}, typed
    assert near("USD-00057x")[0] == "USD0000057"
    assert near("chair") == ()
    assert near("") == ()


def test_names_that_nobody_has_bring_those_that_are_near(catalogue: PatentCatalogue) -> None:
    nikon = Party("Nikon Corp."), Party("株式会社ニコン")
    put(catalogue, 1, assignees=nikon, inventors=(Party("Jane Q. Doe"),))
    put(catalogue, 2, assignees=(Party("100%_Design, Inc."),), inventors=(Party("Nikita"),))
    put(catalogue, 3, publish=False, assignees=(Party("Nokia Corp."),))

    def unknown(*holders: str, inventors: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
        found = catalogue.suggest("", holders, inventors)
        return {one.name: one.near for one in found.unknown_names}

    assert unknown("NIKON CO., LTD.", "ニコン", "100% design", inventors=["jane q doe"]) == {}
    assert unknown("Nikkon", "Inkon", "Nokia", "Kodak", "100%", "%") == {
        "Nikkon": ("Nikon Corp.",),
        "Inkon": (),
        "Nokia": (),
        "Kodak": (),
        "100%": ("100%_Design, Inc.",),
        "%": (),
    }
    assert unknown(inventors=["Jane Doe", "Nikon"]) == {"Jane Doe": ("Jane Q. Doe",), "Nikon": ()}
    told = catalogue.suggest("", ["Nikon", "Nikkon"], ["Nikon"]).unknown_names
    assert [one.field for one in told] == ["holders[1]", "inventors[0]"]


def test_sources_of_what_is_published_are_known(catalogue: PatentCatalogue) -> None:
    sources = ["first", "second", "third", "never", "nul\0", "x" * 300]

    def known() -> dict[str, str]:
        return dict(catalogue.sources(sources))

    generation = put(catalogue, 1, publish=False, title="Chair", source_digest="first")
    assert known() == {}, "who staged it may not have finished"
    publish_one(catalogue, "USD0000001", generation)
    assert known() == {"first": "USD0000001"}
    for digest in ("second", "second", "nul\0", "x" * 300):
        catalogue.put(*patent(1, title="Chair", source_digest=digest), replace_existing=False)
    catalogue.put(
        *patent(1, title="Chair", source_digest="never"), replace_existing=False, validate_only=True
    )
    assert known() == {"first": "USD0000001", "second": "USD0000001"}
    replaced = catalogue.put(*patent(1, title="Table", source_digest="third"), replace_existing=True)
    assert known().keys() == {"first", "second"}
    publish_one(catalogue, "USD0000001", replaced.generation)
    assert known() == {"third": "USD0000001"}
    catalogue.delete(["USD0000001"])
    assert known() == {}


def test_families_are_those_of_what_is_published(catalogue: PatentCatalogue) -> None:
    """Kin of kin are kin: 1 and 3 have only 2 in common. 4 has the drawing of 3; 5 a number that names nothing."""
    us, em, nothing = Priority("US", "29/730,114"), Priority("EM", "008888888-0001"), Priority("US", "-")
    put(catalogue, 1, priorities=(us,))
    put(catalogue, 2, priorities=(us, em))
    put(catalogue, 3, drawings=1, priorities=(em, nothing))
    twin, contents = patent(4, 1)
    stored = catalogue.put(twin, dict.fromkeys(contents, image(130)), replace_existing=False)
    publish_one(catalogue, twin.patent_id, stored.generation)
    generation = put(catalogue, 5, priorities=(nothing,), publish=False)
    put(catalogue, 6, priorities=(nothing,))
    ids = [f"USD000000{n}" for n in range(1, 7)]

    def family(*wanted: str, same_drawings: bool = True) -> dict[str, str]:
        found = catalogue.families(wanted, same_drawings=same_drawings)
        return {one[-1]: "".join(id_[-1] for id_ in its) for one, its in found.items()}

    assert family("USD0000001", "nobody") == {"1": "234"}
    assert family(*ids, same_drawings=False) == {"1": "23", "2": "13", "3": "12"}
    assert family(*ids) == {"1": "234", "2": "134", "3": "124", "4": "123"}
    publish_one(catalogue, "USD0000005", generation)
    assert family("USD0000005", "USD0000006") == {}
    catalogue.delete(["USD0000002"])
    assert family(*ids) == {"3": "4", "4": "3"}


def test_a_key_that_no_database_can_keep_is_nobodys_number(catalogue: PatentCatalogue) -> None:
    for odd in ("9\0", "9" + "ΐ" * 250):
        for number in (1, 2):
            related = (RelatedDocument("continuation", odd),)
            stored = catalogue.put(*patent(number, related_documents=related), replace_existing=True)
            publish_one(catalogue, f"USD000000{number}", stored.generation)
        assert catalogue.families(["USD0000001"], same_drawings=True) == {}


@pytest.fixture(scope="module")
def filtered(table: PatentTable, tmp_path_factory: pytest.TempPathFactory) -> list[Patent]:
    store = open_objects(f"file://{tmp_path_factory.mktemp('filtered')}", 5)
    catalogue = PatentCatalogue(table, store, 0)
    made = []
    for n, one in enumerate(patents()):
        drawn, contents = patent(n, 1)
        whole = replace(one, drawings=drawn.drawings)
        stored = catalogue.put(whole, contents, replace_existing=False)
        publish_one(catalogue, one.patent_id, stored.generation)
        made.append(whole)
    return made


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(patent_filter=filters())
def test_the_filter_is_that_of_the_domain(
    table: PatentTable, filtered: list[Patent], patent_filter: PatentFilter
) -> None:
    found = table.page(patent_filter, None, 1000, include_staged=False)
    assert [one.patent.patent_id for one in found] == [
        one.patent_id for one in filtered if patent_filter.matches(one)
    ]


@pytest.mark.parametrize("patent_filter", LARGEST.values(), ids=LARGEST)
def test_a_filter_may_be_as_large_as_its_limits(
    table: PatentTable, filtered: list[Patent], patent_filter: PatentFilter
) -> None:
    check_limits(search_pb2.SearchDesignsRequest(filter=filter_to_wire(patent_filter)))
    found = table.page(patent_filter, None, 1000, include_staged=False)
    assert [one.patent.patent_id for one in found] == [
        one.patent_id for one in filtered if patent_filter.matches(one)
    ]
    assert table.estimate(patent_filter, include_staged=False) == len(found)
