"""`sevenviews releases`: what answers searches, what did before, and the way back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sevenviews.cli.commands import group
from sevenviews.cli.connection import Secured
from sevenviews.cli.console import fail, note, print_json, table
from sevenviews.cli.grouped import grouped
from sevenviews.cli.local import Addresses as LocalAddresses
from sevenviews.cli.options import JsonOutput
from sevenviews.cli.places import Data, Embedding, Metadata, Vectors

if TYPE_CHECKING:
    from sevenviews.backends.blocking import Services
    from sevenviews.backends.records import Release

app = group("Releases: a model and its collection of vectors, one of which serves.")

ReleaseId = Annotated[str, typer.Argument(help="Id of a release; see `releases list`.")]

_PATIENCE_SECONDS = 10.0
_MINUTES = len("2026-11-21 08:01")


@dataclass(frozen=True, slots=True)
class Releases(Secured):
    """Where the vector service is; see `grouped`."""

    data: Data = Path(".sevenviews")
    vectors: Vectors = ""

    def open(self, embedding: str = "", metadata: str = "") -> Services:
        """Ends the command where nothing runs."""
        from sevenviews.backends.blocking import Addresses, Services

        vectors, tls = self.vectors, self.resolved()
        if not vectors:
            local = LocalAddresses.read(self.data)
            # On one machine they speak plaintext.
            embedding, vectors, metadata, tls = local.embedding, local.vectors, local.metadata, None
        return Services(Addresses(embedding, vectors, metadata, tls=tls), _PATIENCE_SECONDS)


@app.command("list")
@grouped
def list_releases(*, place: Releases, json_output: JsonOutput = False) -> None:
    """List all releases that are not retired, newest first.

    Example:  sevenviews releases list --data patents
    """
    with place.open() as services:
        found = [_facts(one) for one in services.releases()]
    if json_output:
        print_json(found)
        return
    columns = ("release", "state", "metric", "vectors", "promoted", "mAP", "recall")
    rows = [
        (
            one["release_id"],
            one["state"],
            one["metric"],
            one["vectors"],
            (one["promoted"] or "never")[:_MINUTES],
            _figure(one["evaluation"].get("map")),
            _figure(one["evaluation"].get("recall_at_10")),
        )
        for one in found
    ]
    table("releases", columns, rows)


@app.command()
@grouped
def show(release: ReleaseId, *, place: Releases, json_output: JsonOutput = False) -> None:
    """Show everything that is known of a release.

    Example:  sevenviews releases show f-20261121-075907-831
    """
    with place.open() as services:
        facts = _facts(services.release(release))
    if json_output:
        print_json(facts)
    else:
        table(release, ("fact", "value"), facts.items())


@app.command()
@grouped
def promote(
    release: ReleaseId,
    force: Annotated[
        bool, typer.Option("--force", help="Also one that is not complete: what it lacks is not found.")
    ] = False,
    *,
    place: Releases,
    json_output: JsonOutput = False,
) -> None:
    """Let a release answer searches from now on. All gateways follow within two seconds.

    Example:  sevenviews releases promote wide
    """
    with place.open() as services:
        _promoted(services.promote(release, force=force), json_output=json_output)


@app.command()
@grouped
def rollback(*, place: Releases, json_output: JsonOutput = False) -> None:
    """Go back to the release that served before the present one. Imports have gone to both.

    Example:  sevenviews releases rollback
    """
    from sevenviews.backends.records import ReleaseState

    with place.open() as services:
        kept = [one for one in services.releases() if one.state is ReleaseState.KEPT]
        if not kept:
            fail("there is no release to go back to: none that served before is kept")
        before = max(kept, key=lambda one: one.promoted or datetime.min.replace(tzinfo=UTC))
        _promoted(services.promote(before.release_id), json_output=json_output)


@app.command()
@grouped
def retire(release: ReleaseId, *, place: Releases) -> None:
    """Drop a release and its vectors for good; the serving one is refused.

    Example:  sevenviews releases retire f-20261101-030000-000
    """
    with place.open() as services:
        services.retire(release)
    note(f"retired {release}")


@app.command()
@grouped
def diff(
    before: Annotated[str, typer.Argument(help="Id of a release.")],
    after: Annotated[str, typer.Argument(help="Id of another.")],
    queries: Annotated[Path, typer.Option(help="An image, or a folder of images: the saved queries.")],
    top: Annotated[int, typer.Option("-k", min=1, max=200, help="Patents an answer.")] = 10,
    embedding: Embedding = "",
    metadata: Metadata = "",
    *,
    place: Releases,
    json_output: JsonOutput = False,
) -> None:
    """Ask two releases the same queries: how much of the answers is the same, and why not.

    Example:  sevenviews releases diff r-1 r-2 --queries saved-queries
    """
    from sevenviews.refresh.diff import compare

    images = _images(queries)
    with place.open(embedding, metadata) as services:
        found = compare(services, services.release(before), services.release(after), images, top)
    overlap = mean(one.overlap for one in found)
    if json_output:
        print_json({"overlap": overlap, "k": top, "queries": [_as_json(one) for one in found]})
        return
    rows = [
        (
            one.query,
            f"{one.overlap:.0%}",
            change.patent_id,
            change.before or "-",
            change.after or "-",
            change.cause,
        )
        for one in found
        for change in one.changes
    ]
    table("changes of rank", ("query", f"overlap@{top}", "patent", before, after, "cause"), rows)
    note(f"overlap@{top} of {len(found)} queries: {overlap:.1%} on average")


def _promoted(release: Release, *, json_output: bool) -> None:
    if json_output:
        print_json(_facts(release))
    else:
        note(f"{release.release_id} serves; every gateway follows within 2 seconds")
    if release.ready is None:
        note(f"{release.release_id} is not complete: it was forced to serve, and what it lacks is not found")


def _facts(release: Release) -> dict[str, Any]:
    return {
        "release_id": release.release_id,
        "state": release.state.value,
        "model_version": release.model_version,
        "collection": release.collection,
        "vectors": release.vector_count,
        "dimension": release.dimension,
        "metric": release.metric,
        "index": asdict(release.index),
        "created": _time(release.created),
        "ready": _time(release.ready),
        "promoted": _time(release.promoted),
        "evaluation": dict(release.evaluation),
        "calibration": asdict(release.calibration),
    }


def _time(time: datetime | None) -> str | None:
    return None if time is None else f"{time:%Y-%m-%d %H:%M:%S}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _images(path: Path) -> list[tuple[str, bytes]]:
    suffixes = {".png", ".tif", ".tiff", ".jpg", ".jpeg", ".webp"}
    files = [path] if path.is_file() else sorted(path.glob("*")) if path.is_dir() else []
    images = [(one.name, one.read_bytes()) for one in files if one.suffix.lower() in suffixes]
    if not images:
        fail(f"there is no image at {path}", 2)
    return images


def _as_json(difference: Any) -> dict[str, Any]:
    return {
        "query": difference.query,
        "overlap": difference.overlap,
        "changes": [
            {"patent_id": one.patent_id, "before": one.before, "after": one.after, "cause": one.cause}
            for one in difference.changes
        ],
    }
