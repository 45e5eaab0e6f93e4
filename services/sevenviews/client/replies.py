"""What a caller is told, taken from the wire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC

from sevenviews.certificates import SealedCertificate
from sevenviews.client.records import (
    AuditEvent,
    Deletion,
    DrawingResult,
    ImportResult,
    LegalRule,
    PatentHit,
    PatentPage,
    PatentResult,
    PatentSummary,
    PredictedClass,
    QueryMatch,
    Release,
    ReleaseState,
    SearchPage,
    SearchResult,
    ServerInfo,
    ServerLimits,
    StoredPatent,
    UnknownName,
)
from sevenviews.designs import DrawingImage, ImportOutcome
from sevenviews.runtime.answers import (
    coverage_of_answer,
    date_of_answer,
    locarno_of_answer,
    name_of,
    patent_of_answer,
    time_of_answer,
    view_of_answer,
)
from sevenviews.runtime.law_wire import legal_dates_of_answer
from sevenviews.runtime.status import error_from_item
from sevenviews.v1 import (
    audit_pb2,
    catalog_pb2,
    common_pb2,
    law_pb2,
    release_pb2,
    search_pb2,
    server_pb2,
)


def search_page(response: search_pb2.SearchDesignsResponse) -> SearchPage:
    errors = map(error_from_item, response.degradations)
    return SearchPage(
        hits=tuple(map(_hit, response.hits)),
        next_page_token=response.next_page_token,
        release_id=response.release.release_id,
        model_version=response.release.model_version,
        degradations=tuple(error for error in errors if error is not None),
        timings={timing.stage: timing.duration.ToTimedelta() for timing in response.timings},
        predicted_classes=tuple(
            PredictedClass(locarno, one.probability)
            for one in response.predicted_classes
            if (locarno := locarno_of_answer(one.locarno)) is not None
        ),
        unknown_names=_unknown_names(response.unknown_names),
        total_size=response.total_size or None,
        legal_rule=_legal_rule(response.legal_rule) if response.HasField("legal_rule") else None,
        left_out_patent_ids=tuple(response.left_out_patent_ids),
        certificate=_sealed(response.certificate) if response.HasField("certificate") else None,
    )


def _sealed(wire: search_pb2.SearchCertificate) -> SealedCertificate:
    return SealedCertificate(wire.document.encode(), wire.sha256, wire.signature, wire.public_key)


def _legal_rule(wire: law_pb2.LegalRule) -> LegalRule:
    return LegalRule(
        wire.office,
        wire.provision,
        date_of_answer(wire.in_force_date),
        wire.months,
        date_of_answer(wire.first_day),
        wire.condition,
        date_of_answer(wire.decisive_date),
        wire.notice,
    )


def search_result(response: search_pb2.BatchSearchDesignsResponse) -> SearchResult:
    error = error_from_item(response.status)
    page = search_page(response.answer) if error is None else None
    return SearchResult(response.search_id, page, error)


def _hit(hit: search_pb2.PatentHit) -> PatentHit:
    return PatentHit(
        hit.patent_id,
        hit.score,
        tuple(map(_match, hit.matches)),
        _summary(hit.summary) if hit.HasField("summary") else None,
        patent_of_answer(hit.patent) if hit.HasField("patent") else None,
        legal_dates_of_answer(hit.legal_dates) if hit.HasField("legal_dates") else None,
        tuple(hit.family_patent_ids),
    )


def _summary(summary: search_pb2.PatentSummary) -> PatentSummary:
    known = (locarno_of_answer(one) for one in summary.locarno)
    return PatentSummary(
        summary.title,
        summary.office,
        summary.kind,
        tuple(one for one in known if one is not None),
        date_of_answer(summary.filing_date),
        date_of_answer(summary.publication_date),
        tuple(summary.holders),
        summary.drawing_count,
    )


def _match(match: search_pb2.QueryMatch) -> QueryMatch:
    return QueryMatch(
        match.query_index,
        coverage_of_answer(match.coverage),
        match.drawing_id,
        view_of_answer(match.view),
        match.figure_number,
        match.score,
        match.query_drawing_id,
        view_of_answer(match.query_view),
    )


def import_result(response: catalog_pb2.ImportPatentsResponse) -> ImportResult:
    error = error_from_item(response.status)
    name = name_of(catalog_pb2.ImportOutcome.DESCRIPTOR, response.outcome)
    known = ImportOutcome.__members__.get(name, ImportOutcome.OTHER)
    outcome = known if error is None else ImportOutcome.FAILED
    return ImportResult(response.patent_id, outcome, error, response.etag)


def audit_event(response: audit_pb2.ReadAuditEventsResponse) -> AuditEvent:
    event = response.event
    return AuditEvent(
        event.time.ToDatetime(UTC),
        event.caller,
        event.credential,
        event.address,
        event.method,
        event.code,
        event.reason,
        event.request_id,
        event.duration.ToTimedelta(),
        tuple(event.ids),
        dict(event.failed),
    )


def stored_patent(response: catalog_pb2.GetCatalogPatentResponse) -> StoredPatent:
    return StoredPatent(patent_of_answer(response.patent), response.etag)


def patent_result(response: catalog_pb2.BatchGetCatalogPatentsResponse) -> PatentResult:
    if (error := error_from_item(response.status)) is not None:
        return PatentResult(response.patent_id, error=error)
    return PatentResult(response.patent_id, StoredPatent(patent_of_answer(response.patent), response.etag))


def drawing_result(response: catalog_pb2.BatchGetCatalogDrawingsResponse) -> DrawingResult:
    if (error := error_from_item(response.status)) is not None:
        return DrawingResult(response.drawing_id, error=error)
    return DrawingResult(response.drawing_id, drawing_image(response))


def patent_page(response: catalog_pb2.ListCatalogPatentsResponse) -> PatentPage:
    patents = tuple(map(patent_of_answer, response.patents))
    unknown = _unknown_names(response.unknown_names)
    return PatentPage(patents, response.next_page_token, response.total_size, unknown)


def deletion(response: catalog_pb2.DeleteCatalogPatentsResponse) -> Deletion:
    return Deletion(tuple(response.deleted_patent_ids), tuple(response.missing_patent_ids))


def _unknown_names(wire: Iterable[common_pb2.UnknownName]) -> tuple[UnknownName, ...]:
    return tuple(UnknownName(one.field, one.name, tuple(one.near)) for one in wire)


def drawing_image(
    response: catalog_pb2.GetCatalogDrawingResponse | catalog_pb2.BatchGetCatalogDrawingsResponse,
) -> DrawingImage:
    return DrawingImage(response.content, response.media_type, response.width, response.height)


def release(wire: release_pb2.Release) -> Release:
    name = name_of(release_pb2.ReleaseState.DESCRIPTOR, wire.state)
    return Release(
        wire.release_id,
        wire.model_version,
        ReleaseState.__members__.get(name, ReleaseState.KEPT),
        time_of_answer(wire.created_time),
        time_of_answer(wire.ready_time),
        time_of_answer(wire.promoted_time),
        dict(wire.evaluation),
    )


def server_info(response: server_pb2.GetServerInfoResponse) -> ServerInfo:
    limits = response.limits
    return ServerInfo(
        response.version,
        response.serving_release.release_id,
        response.serving_release.model_version,
        ServerLimits(**{one.name: getattr(limits, one.name) for one in fields(ServerLimits)}),
        tuple(response.image_media_types),
    )
