"""Imports, replacements, deletions and sudden ends at once, from two gateways that know nothing of each other.

Whatever their order: what was acknowledged is there or was replaced by something newer, what is published is never
without its vectors, and what is left behind a repair removes.
"""

from __future__ import annotations

import asyncio
import io
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from PIL import Image, ImageDraw
from prometheus_client import CollectorRegistry

from sevenviews.backends.embedding_client import EmbeddingClient
from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.records import PatentGeneration, PutRules, StoredPatent
from sevenviews.backends.vector_client import VectorClient
from sevenviews.designs import Drawing, ImportOutcome, Patent, drawing_id
from sevenviews.gateway.catalogue import Catalogue
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.importing import Importer, ImportItem
from sevenviews.gateway.indexing import Indexer
from sevenviews.gateway.releases import Releases
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.reconcile import EVERYTHING, FindingKind, Stores, examine, open_stores, repair
from sevenviews.reconcile.vectors import compare_published
from sevenviews.runtime.channels import open_channel
from tests.fakes.house import House

IDS = tuple(f"USD{number:07d}" for number in range(4))
WORKERS = 6
NEVER = {FindingKind.VECTORS_MISSING, FindingKind.VECTORS_WRONG}
"""Of these there is nothing, not even before a repair."""


def drawn(seed: int) -> bytes:
    """A drawing of a few random lines."""
    dice = random.Random(seed)
    image = Image.new("L", (64, 64), 255)
    for _ in range(4):
        ImageDraw.Draw(image).line([dice.randrange(64) for _ in range(4)], fill=0, width=2)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


IMAGES = tuple(map(drawn, range(12)))


def some_item(patent_id: str, dice: random.Random) -> ImportItem:
    images = dice.sample(IMAGES, dice.randint(1, 3))
    names = [drawing_id(patent_id, 1, position) for position in range(1, len(images) + 1)]
    patent = Patent(
        patent_id,
        title=f"title {dice.randrange(5)}",
        drawings=tuple(Drawing(name, 1) for name in names),
    )
    return ImportItem(patent, dict(zip(names, images, strict=True)), replace=dice.random() < 0.8)


@dataclass
class Ledger:
    """What the services said.

    Attributes:
        titles: of what was put, by patent and generation.
        done: generations whose publication or deletion was acknowledged, by patent.
    """

    titles: dict[tuple[str, int], str] = field(default_factory=dict)
    done: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


class RecordingStore(PatentClient):
    """Writes down what it is told."""

    ledger: Ledger

    async def put(
        self, patent: Patent, contents: Mapping[str, bytes], rules: PutRules, timeout_seconds: float
    ) -> StoredPatent:
        stored = await super().put(patent, contents, rules, timeout_seconds)
        self.ledger.titles[patent.patent_id, stored.generation] = patent.title
        return stored

    async def delete(
        self, patent_ids: Sequence[str], seen: Mapping[str, int], timeout_seconds: float
    ) -> Sequence[PatentGeneration]:
        deleted = await super().delete(patent_ids, seen, timeout_seconds)
        for one in deleted:
            self.ledger.done[one.patent_id].append(one.generation)
        return deleted


@dataclass(frozen=True)
class Writer:
    """What a gateway writes with."""

    importer: Importer
    catalogue: Catalogue
    releases: Releases


@asynccontextmanager
async def writing(house: House, ledger: Ledger) -> AsyncIterator[Writer]:
    async with open_channel(house.backends) as channel:
        timeouts = CallTimeouts()
        store, index = RecordingStore(channel), VectorClient(channel)
        store.ledger = ledger
        embedder = EmbeddingClient(lambda: channel)
        releases = Releases(index, embedder, timeouts, 0)
        indexer = Indexer(embedder, index, releases, timeouts)
        metrics = GatewayMetrics(CollectorRegistry())
        importer = Importer(store, indexer, releases, timeouts, 2, metrics)
        yield Writer(importer, Catalogue(store, indexer, timeouts), releases)


async def one_step(writer: Writer, ledger: Ledger, dice: random.Random) -> None:
    if dice.random() < 0.2:
        await writer.catalogue.delete(dice.sample(IDS, 2), {}, Deadline.after(30))
        return
    items = [some_item(patent_id, dice) for patent_id in dice.sample(IDS, dice.randint(1, 3))]
    for result in await writer.importer.import_batch(items, Deadline.after(30)):
        if result.outcome in (ImportOutcome.CREATED, ImportOutcome.REPLACED):
            (title,) = (one.patent.title for one in items if one.patent.patent_id == result.patent_id)
            given = [
                generation
                for (patent_id, generation), put in ledger.titles.items()
                if (patent_id, put) == (result.patent_id, title)
            ]
            # The lowest that it may have been: only that much is known to have been done.
            ledger.done[result.patent_id].append(min(given))


async def work(writer: Writer, ledger: Ledger, steps: int, seed: int, longest: float) -> None:
    """Some steps; many of them end in the middle, wherever that may be."""
    dice = random.Random(seed)
    for _ in range(steps):
        step = asyncio.create_task(one_step(writer, ledger, dice))
        if dice.random() < 0.4:
            await asyncio.sleep(dice.random() * longest)
            step.cancel()
        await asyncio.gather(step, return_exceptions=True)
        if not step.cancelled() and step.exception() is not None:
            raise AssertionError("a step failed") from step.exception()


async def keep_looking(house: House) -> None:
    """Whoever reads meanwhile finds all vectors of what is published."""
    async with open_stores(house.backends, house.backends, house.backends) as stores:
        (release_id,) = await stores.release_ids()
        while True:
            published = [one for one in (await stores.records(IDS)).values() if one.is_published]
            assert await compare_published(stores, published, release_id) == []


async def agree_in_the_end(stores: Stores) -> None:
    """The first repair may meet what the services still do for somebody who is gone; the second does not."""
    for _ in range(2):
        found = await examine(stores)
        assert not found.counts.keys() & NEVER, found.findings
        await repair(stores, found, lambda _: None, EVERYTHING)
    after = await examine(stores)
    assert after.agrees, after.findings


async def race(house: House, table: SqlPatentTable, steps: int, seed: int, longest: float) -> None:
    """Let six workers of two gateways do so many steps each, and look at what they leave.

    Args:
        house: empty, or as another race has left it.
        table: of its patents.
        longest: seconds after which a step that is cut off has ended: about as long as one takes.
    """
    ledger = Ledger()
    async with writing(house, ledger) as one, writing(house, ledger) as other:
        await one.releases.ensure_serving(Deadline.after(30))
        looking = asyncio.create_task(keep_looking(house))
        workers = [
            work((one, other)[number % 2], ledger, steps, 100 * seed + number, longest)
            for number in range(WORKERS)
        ]
        await asyncio.gather(*workers)
        assert not looking.done(), looking.exception()
        looking.cancel()
    async with open_stores(house.backends, house.backends, house.backends) as stores:
        await agree_in_the_end(stores)
        records = await stores.records(IDS)
    for patent_id in IDS:
        done = max(ledger.done[patent_id], default=0)
        assert table.versions(patent_id).newest >= done
        if patent_id in records:
            record = records[patent_id]
            assert record.generation >= done
            # What a repair has published was put by somebody who did not live to hear of it.
            put = ledger.titles.get((patent_id, record.generation), record.patent.title)
            assert record.patent.title == put
