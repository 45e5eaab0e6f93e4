"""`sevenviews replay`: a search as its certificate has it, repeated, and every difference explained."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from sevenviews.certificates import (
    Certificate,
    CertificateError,
    CertifiedQuery,
    Kind,
    Now,
    Replay,
    SealedCertificate,
    compare,
    read_public_key,
)
from sevenviews.certificates.replay import missing
from sevenviews.cli.connection import Gateway
from sevenviews.cli.console import fail, note, output, print_json, table
from sevenviews.cli.grouped import grouped
from sevenviews.cli.options import JsonOutput
from sevenviews.cli.queries import read_queries
from sevenviews.client import Client, QueryImage, SearchPage
from sevenviews.designs import CropBox, Reason, SevenviewsError, View, ViewMatching
from sevenviews.runtime.filter_json import filter_from_json

_MOST_HITS = 200
_SECONDS = 600.0


@grouped
def replay(
    *,
    file: Annotated[Path, typer.Argument(help="A certificate, from `sevenviews search --certify FILE`.")],
    images: Annotated[
        list[Path] | None, typer.Argument(help="The files that were searched with, in any order.")
    ] = None,
    gateway: Gateway,
    serving: Annotated[
        bool,
        typer.Option(
            "--serving",
            help="Ask the release that serves today, not the one that answered then, if it is kept.",
        ),
    ] = False,
    public_key: Annotated[
        Path | None, typer.Option(help="PEM file of the Ed25519 key that must have signed the certificate.")
    ] = None,
    json_output: JsonOutput = False,
) -> None:
    """Repeat a search from its certificate, exactly, and explain each difference.

    Ends with 0 where the answer is the same or each difference has its reason: documents that are new, corrected or
    deleted, another model or release, another processor. Ends with 1 where one has none, or the certificate was
    changed.

    Example:  sevenviews replay search.certificate.json sheet.tif
    """
    sealed, before = _read(file, public_key)
    try:
        queries = _queries(before, images or [])
        matching = ViewMatching(before.parameters.view_matching)
    except ValueError as error:
        fail(f"{file}: what was searched with cannot be read: {error}")
    with gateway.client(_SECONDS) as client:
        try:
            after = _repeated(client, before, queries, matching, serving=serving)
            found = compare(before, after, _now(client, before, after))
        except CertificateError as error:
            fail(str(error))
    if json_output:
        print_json(_as_json(sealed, before, after, found))
    else:
        _show(sealed, before, after, found)
    if not found.is_explained:
        raise typer.Exit(1)


def _read(file: Path, public_key: Path | None) -> tuple[SealedCertificate, Certificate]:
    try:
        sealed = SealedCertificate.from_file(file)
        before = sealed.verified()
        if public_key is not None and (
            not sealed.signature or sealed.public_key != read_public_key(public_key)
        ):
            raise CertificateError(f"the certificate is not signed by the key of {public_key}")
    except CertificateError as error:
        fail(str(error))
    return sealed, before


def _queries(before: Certificate, files: list[Path]) -> list[QueryImage]:
    """The queries of a certificate, their images found among some files by their digests."""
    wanted = {query.image_sha256 for query in before.queries} - {""}
    found: dict[str, bytes] = {}
    for file in files:
        for whole in (True, False):
            if wanted - found.keys() or whole:
                for image in read_queries([file], [], whole=whole):
                    found.setdefault(hashlib.sha256(image.content).hexdigest(), image.content)
    queries = []
    for index, query in enumerate(before.queries):
        if query.embedding_sha256:
            fail(f"queries[{index}] was a vector, which no file has", 2)
        if query.image_sha256 and query.image_sha256 not in found:
            fail(
                f"queries[{index}], the image of SHA-256 {query.image_sha256}, is in none of the files: give all "
                "that were searched with; of a sheet, another version may cut other figures",
                2,
            )
        queries.append(_query(query, found))
    return queries


def _query(query: CertifiedQuery, images: dict[str, bytes]) -> QueryImage:
    return QueryImage(
        content=images.get(query.image_sha256, b""),
        view=View(query.view),
        crop=None if query.crop is None else CropBox(*query.crop),
        weight=query.weight,
        drawing_id=query.drawing_id,
        patent_id=query.patent_id,
    )


def _repeated(
    client: Client,
    before: Certificate,
    queries: list[QueryImage],
    matching: ViewMatching,
    *,
    serving: bool,
) -> Certificate:
    """The same search, exact, under the release that answered it; under the serving one, where that is retired."""

    def search(release_id: str) -> SearchPage:
        return client.search(
            queries,
            limit=_MOST_HITS,
            patent_filter=filter_from_json(before.filter),
            view_matching=matching,
            relevant_patents=[one.patent_id for one in before.judged if one.relevant],
            irrelevant_patents=[one.patent_id for one in before.judged if not one.relevant],
            collapse_families=before.parameters.collapse_families,
            include_query_families=before.parameters.include_query_families,
            release_id=release_id,
            exact=True,
            certify=True,
        )

    try:
        page = search("" if serving else before.release_id)
    except SevenviewsError as error:
        if error.reason is not Reason.RELEASE_NOT_FOUND:
            raise
        note(f"release {before.release_id} is retired; the serving one is asked instead")
        page = search("")
    if page.certificate is None:
        fail("the gateway has given no certificate: it is of a version before this one")
    return page.certificate.verified()


def _now(client: Client, before: Certificate, after: Certificate) -> dict[str, Now]:
    """What became of the patents that are not found any more."""
    etags = {hit.patent_id: hit.etag for hit in before.hits}
    now: dict[str, Now] = {}
    for one in client.get_patents(missing(before, after)):
        if one.error is not None and one.error.reason is Reason.PATENT_NOT_FOUND:
            now[one.patent_id] = Now.GONE
        else:
            now[one.patent_id] = Now.SAME if one.get().etag == etags[one.patent_id] else Now.CHANGED
    return now


def _signed(sealed: SealedCertificate) -> str:
    return f"signed by key {sealed.key_name}" if sealed.signature else "unsigned"


def _as_json(
    sealed: SealedCertificate, before: Certificate, after: Certificate, found: Replay
) -> dict[str, Any]:
    return {
        "sha256": sealed.sha256,
        "signed_by": sealed.key_name,
        "same": not found.differences,
        "explained": found.is_explained,
        "differences": [{**asdict(one), "kind": one.kind.value} for one in found.differences],
        "before": {"issued": before.issued, "release_id": before.release_id, "watermark": before.watermark},
        "after": {"issued": after.issued, "release_id": after.release_id, "watermark": after.watermark},
    }


def _show(sealed: SealedCertificate, before: Certificate, after: Certificate, found: Replay) -> None:
    output.print(
        f"certificate of {before.issued}, SHA-256 {sealed.sha256}, {_signed(sealed)}\n"
        f"then: release {before.release_id}, change {before.watermark}, {len(before.hits)} patents\n"
        f"now:  release {after.release_id}, change {after.watermark}",
        soft_wrap=True,
    )
    if not found.differences:
        output.print("The answer is the same.", style="bold")
        return
    rows = [
        (one.kind, one.patent_id, one.before or "", one.after or "", one.explanation)
        for one in found.differences
    ]
    table(f"{len(rows)} differences", ("reason", "patent", "then", "now", ""), rows)
    unexplained = sum(one.kind is Kind.UNEXPLAINED for one in found.differences)
    output.print(
        "Each difference has its reason." if not unexplained else f"{unexplained} have no reason.",
        style="bold",
    )
