"""What else the catalogue says of patents: near ids and names, sources, families; over the fake and the databases."""

from __future__ import annotations

from collections.abc import Sequence

from sevenviews.designs import (
    Party,
    Priority,
    RelatedDocument,
)
from sevenviews.metadata.service import PatentCatalogue
from tests.unit.metadata.samples import image, patent, publish_one, put


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
