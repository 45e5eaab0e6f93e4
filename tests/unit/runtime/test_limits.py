"""Every field of a request that could hold anything has a limit in its proto, and the limit holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf import field_mask_pb2, message_factory, struct_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.internal.v1 import vectors_pb2
from sevenviews.runtime.limits import LimitedField, check_limits, limited_fields, nesting_of
from sevenviews.v1 import catalog_pb2, common_pb2, search_pb2
from tests.descriptors import all_methods


def fields_below(
    message: Descriptor, path: tuple[LimitedField, ...] = (), around: tuple[Descriptor, ...] = ()
) -> Iterator[tuple[LimitedField, ...]]:
    """The way to each limited field of a message; a message within itself is not entered again."""
    for field in limited_fields(message):
        yield (*path, field)
        below = message.fields_by_name[field.name].message_type
        if field.nested and below is not None and below not in (*around, message):
            yield from fields_below(below, (*path, field), (*around, message))


REQUESTS = [method.input_type for method in all_methods()]
WAYS = [(request, way) for request in REQUESTS for way in fields_below(request)]
IDS = [f"{request.name}.{'.'.join(field.name for field in way)}" for request, way in WAYS]


@pytest.mark.parametrize("way", [way for _, way in WAYS], ids=IDS)
def test_every_open_field_of_a_request_has_a_limit(way: tuple[LimitedField, ...]) -> None:
    assert not way[-1].lacks


def opened(request: Descriptor, way: tuple[LimitedField, ...]) -> tuple[Message, Message, str]:
    """A request, the message in it that has the last field of the way, and the path of that field."""
    message: Message = message_factory.GetMessageClass(request)()
    inner, path = message, []
    for field in way[:-1]:
        here = getattr(inner, field.name)
        inner = here.add() if field.is_repeated else here
        inner.SetInParent()
        path.append(field.name + ("[0]" if field.is_repeated else ""))
    return message, inner, ".".join([*path, way[-1].name])


def fill(inner: Message, field: LimitedField, excess: int) -> None:
    """Give a field as much as its limit and so much more."""
    value = getattr(inner, field.name)
    if field.is_map:
        entry = inner.DESCRIPTOR.fields_by_name[field.name].message_type
        assert entry is not None
        kind = entry.fields_by_name["value"]
        for number in range(field.items + excess):
            value[f"{number}"] = "" if kind.type == FieldDescriptor.TYPE_STRING else 1
    elif field.is_repeated:
        message = inner.DESCRIPTOR.fields_by_name[field.name].message_type
        for _ in range(field.items + excess):
            value.add() if message else value.append("" if field.unit else 1)
    elif field.unit == "characters":
        setattr(inner, field.name, "é" * (field.length + excess))
    elif isinstance(value, struct_pb2.Struct):
        # What surrounds the text takes less than a hundred bytes.
        value["a"] = "x" * (field.length if excess else field.length - 100)
    elif isinstance(value, field_mask_pb2.FieldMask):
        value.paths.append("x" * (field.length if excess else field.length - 100))
    else:
        setattr(inner, field.name, bytes(field.length + excess))


LEAVES = [
    (request, way, name)
    for (request, way), name in zip(WAYS, IDS, strict=True)
    if way[-1].is_repeated or way[-1].unit
]


@pytest.mark.parametrize(
    ("request_type", "way"), [(one, way) for one, way, _ in LEAVES], ids=[name for *_, name in LEAVES]
)
def test_every_field_is_taken_at_its_limit_and_refused_above(
    request_type: Descriptor, way: tuple[LimitedField, ...]
) -> None:
    message, inner, path = opened(request_type, way)
    fill(inner, way[-1], 0)
    check_limits(message)
    message, inner, path = opened(request_type, way)
    fill(inner, way[-1], 1)
    with pytest.raises(SevenviewsError) as caught:
        check_limits(message)
    assert caught.value.reason is Reason.FIELD_OUT_OF_RANGE
    assert caught.value.metadata["field"] == path


def test_an_element_is_named_by_its_place() -> None:
    request = vectors_pb2.UpsertVectorsRequest()
    for _ in range(3):
        request.patents.add().drawings.add()
    request.patents[2].drawings[0].content_key = "x" * 17
    with pytest.raises(SevenviewsError) as caught:
        check_limits(request)
    assert caught.value.metadata == {
        "field": "patents[2].drawings[0].content_key",
        "minimum": "0",
        "maximum": "16",
    }


@pytest.mark.parametrize(
    "request_",
    [
        vectors_pb2.CompleteReleaseRequest(evaluation={"x" * 101: 1.0}),
        catalog_pb2.DeleteCatalogPatentsRequest(etags={"x" * 65: "1"}),
        catalog_pb2.DeleteCatalogPatentsRequest(etags={"USD1": "x" * 65}),
    ],
)
def test_keys_and_values_of_a_map_have_a_length(request_: Message) -> None:
    with pytest.raises(SevenviewsError):
        check_limits(request_)


def test_a_filter_of_the_issue_is_refused() -> None:
    classes = common_pb2.PatentFilter(locarno_any=[common_pb2.LocarnoClass(class_number=6)] * 1100)
    with pytest.raises(SevenviewsError) as caught:
        check_limits(search_pb2.SearchDesignsRequest(filter=classes))
    assert caught.value.metadata["field"] == "filter.locarno_any"


def kinds_below(message: Descriptor, around: tuple[Descriptor, ...] = ()) -> Iterator[tuple[Descriptor, ...]]:
    """The kinds of messages that hold themselves, each with those on the way from it to itself."""
    for field in message.fields:
        below = field.message_type
        if below is None:
            continue
        way = (*around, message)
        if below in way:
            yield way[way.index(below) :]
        else:
            yield from kinds_below(below, way)


def test_what_holds_its_own_kind_says_how_far() -> None:
    circles = {way for request in REQUESTS for way in kinds_below(request)}
    # A Struct is of free form, and has a length instead.
    ours = {way for way in circles if way[0].full_name.startswith("sevenviews.")}
    assert ours == {(common_pb2.PatentFilter.DESCRIPTOR,)}
    for (kind,) in ours:
        nesting = nesting_of(kind)
        assert min(nesting.depth, nesting.messages, nesting.elements) > 0


def nested(levels: int) -> common_pb2.PatentFilter:
    """Filters in each other, the innermost with a condition."""
    made = common_pb2.PatentFilter(offices=["US"])
    for field in ("any_of", "all_of", "none_of", "any_of", "all_of")[: levels - 1]:
        around = common_pb2.PatentFilter()
        getattr(around, field).append(made)
        made = around
    return made


def excess_of(**fields: Any) -> tuple[str, str]:
    """Field and maximum."""
    with pytest.raises(SevenviewsError) as caught:
        check_limits(search_pb2.SearchDesignsRequest(filter=common_pb2.PatentFilter(**fields)))
    assert caught.value.reason is Reason.FIELD_OUT_OF_RANGE
    return caught.value.metadata["field"], caught.value.metadata["maximum"]


def test_filters_nest_four_levels() -> None:
    check_limits(search_pb2.SearchDesignsRequest(filter=nested(4)))
    assert excess_of(any_of=[nested(1), nested(4)]) == (
        "filter.any_of[1].none_of[0].all_of[0].any_of[0]",
        "4",
    )


def test_there_are_64_filters_in_a_filter() -> None:
    ten = common_pb2.PatentFilter(all_of=[common_pb2.PatentFilter()] * 9)
    full = common_pb2.PatentFilter(any_of=[ten] * 6, all_of=[nested(3), nested(1)])
    check_limits(search_pb2.SearchDesignsRequest(filter=full))
    assert excess_of(any_of=[ten] * 6, all_of=[nested(3), nested(2)]) == ("filter", "64")


def test_a_filter_is_no_larger_than_a_store_can_read() -> None:
    """A Milvus takes seconds to read an expression of a megabyte, and does nothing else meanwhile."""
    names = [f"{number:03d}" + "𝒳" * 250 for number in range(50)]
    check_limits(search_pb2.SearchDesignsRequest(filter=common_pb2.PatentFilter(holders=names)))
    assert excess_of(holders=names, inventors=names) == ("filter", "100000")


def test_filters_in_a_filter_share_their_room() -> None:
    """Each list may be as long as it may, and all lists of a filter together."""
    ids, names = ["x"] * 1000, ["x"] * 100
    full = common_pb2.PatentFilter(exclude_patent_ids=ids, holders=names, inventors=names, uspc=names)
    check_limits(search_pb2.SearchDesignsRequest(filter=full))
    rest = [common_pb2.PatentFilter(holders=names)] * 2
    check_limits(search_pb2.SearchDesignsRequest(filter=common_pb2.PatentFilter(all_of=[full, *rest])))
    assert excess_of(all_of=[full, *rest], offices=["US"]) == ("filter", "1500")
    assert excess_of(none_of=[full, common_pb2.PatentFilter(holders=[*names, "x"])]) == (
        "filter.none_of[1].holders",
        "100",
    )


def test_too_many_filters_are_not_walked_through() -> None:
    """They are small, so that a request has room for millions."""
    wide = common_pb2.PatentFilter(any_of=[common_pb2.PatentFilter()] * 10_000)
    assert excess_of(all_of=[wide] * 64) == ("filter", "64")


TEXTS = [
    (one, way, name)
    for one, way, name in LEAVES
    if way[-1].is_repeated and not way[-1].is_map and way[-1].unit == "characters"
]


@pytest.mark.parametrize(
    ("request_type", "way"), [(one, way) for one, way, _ in TEXTS], ids=[name for *_, name in TEXTS]
)
def test_every_text_of_several_is_refused_above_its_limit(
    request_type: Descriptor, way: tuple[LimitedField, ...]
) -> None:
    message, inner, path = opened(request_type, way)
    getattr(inner, way[-1].name).extend(["x" * way[-1].length, "x" * (way[-1].length + 1)])
    with pytest.raises(SevenviewsError) as caught:
        check_limits(message)
    assert caught.value.metadata["field"] == f"{path}[1]"
