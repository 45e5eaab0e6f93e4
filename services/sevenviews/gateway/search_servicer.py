"""SearchService on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import grpc
import numpy as np
import structlog
from google.protobuf.field_mask_pb2 import FieldMask

from sevenviews.backends.records import ImageInput, MatchedDrawing, PublishedSummary, ScoredPatent
from sevenviews.certificates import SealedCertificate
from sevenviews.designs import SevenviewsError, ViewCoverage
from sevenviews.gateway.concurrency import BatchRules, map_batches
from sevenviews.gateway.cursor import KeptQuery
from sevenviews.gateway.deadline import Deadline
from sevenviews.gateway.hints import unknown_names_to_wire
from sevenviews.gateway.indexing import internal
from sevenviews.gateway.query_sources import CatalogueDrawing, CataloguePatent, GivenVector, Query, Source
from sevenviews.gateway.quota import Quota
from sevenviews.gateway.search import SearchAnswer, Searcher, SearchRequest
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.law import Application, dates_of_law
from sevenviews.runtime.identity import caller
from sevenviews.runtime.law_wire import legal_dates_to_wire, legal_rule_to_wire
from sevenviews.runtime.limits import check_limits
from sevenviews.runtime.status import item_status
from sevenviews.runtime.values import check_values
from sevenviews.runtime.wire import (
    coverage_to_wire,
    crop_from_wire,
    date_from_wire,
    filter_from_wire,
    locarno_to_wire,
    malformed,
    required,
    view_from_wire,
    view_matching_from_wire,
    view_to_wire,
)
from sevenviews.v1 import common_pb2, law_pb2, patent_pb2, search_pb2, search_pb2_grpc

_SEARCHES_AT_ONCE = 4
_ONE_BY_ONE: BatchRules[search_pb2.BatchSearchDesignsRequest] = BatchRules(
    at_once=_SEARCHES_AT_ONCE,
    fits=lambda _, __: False,
    key=id,
    weight=lambda _: 1,
    most_weight=2 * _SEARCHES_AT_ONCE,
)
"""Of the searches of a stream; each is a batch by itself."""

log = structlog.get_logger()

Context = grpc.aio.ServicerContext[Any, Any]


class SearchServicer(search_pb2_grpc.SearchServiceServicer):
    """Translates, and hands on the deadline."""

    def __init__(
        self,
        searcher: Searcher,
        quota: Quota,
        metrics: GatewayMetrics,
        default_seconds: float,
        exact_seconds: float,
    ) -> None:
        self._searcher = searcher
        self._quota = quota
        self._metrics = metrics
        self._default_seconds = default_seconds
        self._exact_seconds = exact_seconds

    async def SearchDesigns(  # noqa: N802 - named by the proto
        self, request: search_pb2.SearchDesignsRequest, context: Context
    ) -> search_pb2.SearchDesignsResponse:
        deadline = Deadline.of_call(context, self._most_seconds(request))
        return await self._answer(request, caller.get().name, deadline)

    async def BatchSearchDesigns(  # noqa: N802
        self, request_iterator: AsyncIterator[search_pb2.BatchSearchDesignsRequest], context: Context
    ) -> AsyncIterator[search_pb2.BatchSearchDesignsResponse]:
        name = caller.get().name

        async def work(
            batch: Sequence[search_pb2.BatchSearchDesignsRequest],
        ) -> Sequence[search_pb2.BatchSearchDesignsResponse]:
            (one,) = batch
            # Each search has the time that a single one has, from when it is its turn.
            deadline = Deadline.of_step(context, self._most_seconds(one.search))
            return [await self._answered(one, name, deadline)]

        async for answer in map_batches(request_iterator, work, _ONE_BY_ONE):
            yield answer

    def _most_seconds(self, request: search_pb2.SearchDesignsRequest) -> float:
        return self._exact_seconds if request.exact else self._default_seconds

    async def _answered(
        self, one: search_pb2.BatchSearchDesignsRequest, name: str, deadline: Deadline
    ) -> search_pb2.BatchSearchDesignsResponse:
        """The answer, or why there is none."""
        told = search_pb2.BatchSearchDesignsResponse(search_id=one.search_id)
        try:
            check_limits(one)
            check_values(one)
            told.answer.CopyFrom(await self._answer(one.search, name, deadline))
        except SevenviewsError as error:
            told.status.CopyFrom(item_status(error))
        except Exception:
            # A fault of ours in one search must not end the stream for the others.
            log.exception("search failed", search_id=one.search_id)
            told.status.CopyFrom(item_status(internal("searching")))
        return told

    async def _answer(
        self, request: search_pb2.SearchDesignsRequest, name: str, deadline: Deadline
    ) -> search_pb2.SearchDesignsResponse:
        await self._quota.spend(name)
        read_mask = _checked_mask(request.read_mask)
        asked = request_from_wire(request)
        answer = await self._searcher.search(asked, deadline)
        for stage, duration in answer.timings.items():
            self._metrics.stage_seconds.labels(stage).observe(duration.total_seconds())
        return answer_to_wire(answer, read_mask, asked.application)


def request_from_wire(request: search_pb2.SearchDesignsRequest) -> SearchRequest:
    """Raises FIELD_MALFORMED, FIELD_REQUIRED or CROP_BOX_INVALID, naming the field."""
    return SearchRequest(
        queries=tuple(_query_from_wire(query, index) for index, query in enumerate(request.queries)),
        page_size=request.page_size,
        patent_filter=filter_from_wire(request.filter),
        view_matching=view_matching_from_wire(request.view_matching),
        page_token=request.page_token,
        release_id=request.release_id,
        allow_degraded=request.allow_degraded,
        exact=request.exact,
        certify=request.certify,
        whole=bool(request.read_mask.paths) or request.HasField("application"),
        application=_application(request.application) if request.HasField("application") else None,
        relevant_patents=tuple(request.relevant_patents),
        irrelevant_patents=tuple(request.irrelevant_patents),
        collapse_families=request.collapse_families,
        include_query_families=request.include_query_families,
    )


def _query_from_wire(query: search_pb2.QueryImage, index: int) -> Query:
    field = f"queries[{index}]"
    view = view_from_wire(query.view, f"{field}.view")
    return Query(_source_from_wire(query, field), view, query.weight if query.HasField("weight") else 1.0)


def _source_from_wire(query: search_pb2.QueryImage, field: str) -> Source:
    crop = crop_from_wire(query.crop, f"{field}.crop") if query.HasField("crop") else None
    source = query.WhichOneof("source")
    if crop is not None and source not in {"content", None}:
        raise malformed(f"{field}.crop", source, "only an image has a part that counts")
    match source:
        case "drawing_id":
            return CatalogueDrawing(query.drawing_id)
        case "patent_id":
            return CataloguePatent(query.patent_id)
        case "embedding":
            vector = np.array(query.embedding.values, np.float32)
            return GivenVector(vector, query.embedding.model_version)
        case _:
            return ImageInput(query.content, crop)


def _application(wire: law_pb2.DesignApplication) -> Application:
    filing_date = date_from_wire(wire.filing_date, "application.filing_date")
    if filing_date is None:
        raise required("application.filing_date")
    priority_date = date_from_wire(wire.priority_date, "application.priority_date")
    try:
        return Application(filing_date, wire.office, priority_date, tuple(wire.holders))
    except ValueError as error:
        raise malformed("application.priority_date", priority_date, str(error)) from error


def _checked_mask(mask: FieldMask) -> FieldMask:
    """The mask, with "*" spelt out. Raises FIELD_MALFORMED for what is no field of a patent."""
    if list(mask.paths) == ["*"]:
        return FieldMask(paths=[field.name for field in patent_pb2.Patent.DESCRIPTOR.fields])
    for path in mask.paths:
        if not FieldMask(paths=[path]).IsValidForDescriptor(patent_pb2.Patent.DESCRIPTOR):
            raise malformed("read_mask", path, "not a field of a patent")
    return mask


def answer_to_wire(
    answer: SearchAnswer, read_mask: FieldMask, application: Application | None = None
) -> search_pb2.SearchDesignsResponse:
    """The whole answer, with the dates of law against an application."""
    response = search_pb2.SearchDesignsResponse(
        hits=[_hit_to_wire(hit, answer, read_mask, application) for hit in answer.hits],
        next_page_token=answer.next_page_token,
        release=common_pb2.ReleaseReference(
            release_id=answer.release.release_id, model_version=answer.release.model_version
        ),
        degraded=bool(answer.degradations),
        degradations=map(item_status, answer.degradations),
        predicted_classes=(
            search_pb2.PredictedClass(locarno=locarno_to_wire(one.locarno), probability=one.probability)
            for one in answer.predicted_classes
        ),
        unknown_names=unknown_names_to_wire(answer.unknown_names),
        total_size=answer.total_size or 0,
        legal_rule=None if application is None else legal_rule_to_wire(application),
        left_out_patent_ids=answer.left_out,
        certificate=None if answer.certificate is None else _certificate_to_wire(answer.certificate),
    )
    for stage, duration in answer.timings.items():
        response.timings.add(stage=stage).duration.FromTimedelta(duration)
    return response


def _certificate_to_wire(sealed: SealedCertificate) -> search_pb2.SearchCertificate:
    return search_pb2.SearchCertificate(
        document=sealed.document.decode(),
        sha256=sealed.sha256,
        signature=sealed.signature,
        public_key=sealed.public_key,
    )


def _hit_to_wire(
    hit: ScoredPatent, answer: SearchAnswer, read_mask: FieldMask, application: Application | None
) -> search_pb2.PatentHit:
    patent = answer.patents.get(hit.patent_id)
    figures = patent.figure_numbers if patent else {}
    matched = {match.query_index: match for match in hit.matches}
    return search_pb2.PatentHit(
        patent_id=hit.patent_id,
        score=hit.score,
        matches=(
            _match_to_wire(query, matched.get(place), coverage, figures)
            for place, (query, coverage) in enumerate(zip(answer.asked, hit.coverage, strict=True))
        ),
        patent=None if patent is None else _masked(patent, read_mask),
        summary=None if patent is None else patent.shown,
        legal_dates=(
            None
            if application is None or patent is None or patent.encoded is None
            else legal_dates_to_wire(dates_of_law(application, patent.encoded.patent))
        ),
        family_patent_ids=answer.families.get(hit.patent_id, ()),
    )


def _masked(patent: PublishedSummary, read_mask: FieldMask) -> patent_pb2.Patent | None:
    if patent.encoded is None or not read_mask.paths:
        return None
    part = patent_pb2.Patent()
    read_mask.MergeMessage(patent.encoded.message, part)
    return part


def _match_to_wire(
    query: KeptQuery, match: MatchedDrawing | None, coverage: ViewCoverage, figures: Mapping[str, str]
) -> search_pb2.QueryMatch:
    told = search_pb2.QueryMatch(
        query_index=query.query_index,
        query_drawing_id=query.drawing_id,
        coverage=coverage_to_wire(coverage),
        query_view=view_to_wire(query.view),
    )
    if match is not None:
        told.drawing_id, told.view, told.score = match.drawing_id, view_to_wire(match.view), match.similarity
        # A degraded answer has no record, hence no figure numbers.
        told.figure_number = figures.get(match.drawing_id, "")
    return told
