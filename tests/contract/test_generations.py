"""Generations under every order of puts, publications, deletions: a number is given once, the newest content wins."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sevenviews.backends.records import PatentGeneration
from sevenviews.designs import Drawing, Patent, PatentFilter
from sevenviews.metadata.migrate import migrate
from sevenviews.metadata.patent_table import PatentTable, State, Versions
from sevenviews.metadata.sql_patent_table import SqlPatentTable
from sevenviews.metadata.stores import open_engine
from tests.fakes.patent_stores import FakePatentTable

IDS = ("USD0000001", "USD0000002")
TITLES = ("Chair", "Table", "Lamp")


def stage(table: PatentTable, patent_id: str, title: str, known: Versions) -> int | None:
    drawing = Drawing(f"{patent_id}-D00001-01", 1, content_digest=title)
    return table.stage(
        Patent(patent_id, title=title, drawings=(drawing,)), title, {drawing.drawing_id: title}, known
    )


class Model:
    """What the rules mean, without any database."""

    def __init__(self) -> None:
        self.newest = dict.fromkeys(IDS, 0)
        self.staged: dict[str, str] = {}
        self.published: dict[str, tuple[int, str]] = {}
        self.change = 0
        self.changes: dict[str, int] = {}

    def changed(self, patent_ids: Sequence[str]) -> None:
        """One publication, or one deletion, of these patents."""
        if patent_ids:
            self.change += 1
            self.changes.update(dict.fromkeys(patent_ids, self.change))


class Generations(RuleBasedStateMachine):
    """SQLite and the fake against the model, one step at a time. Publications may come late, of any generation."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self._engine = open_engine(f"sqlite:///{Path(self._folder.name) / 'patents.sqlite'}", 5)
        migrate(self._engine)
        self._tables: tuple[PatentTable, ...] = (SqlPatentTable(self._engine), FakePatentTable())
        self._model = Model()

    def teardown(self) -> None:
        self._engine.dispose()
        self._folder.cleanup()

    def _same(self, ask: Callable[[PatentTable], object], expected: object) -> None:
        assert [ask(table) for table in self._tables] == [expected] * len(self._tables)

    @rule(patent_id=st.sampled_from(IDS), title=st.sampled_from(TITLES))
    def put(self, patent_id: str, title: str) -> None:
        model = self._model
        model.newest[patent_id] += 1
        model.staged[patent_id] = title
        expected = model.newest[patent_id]
        self._same(lambda table: stage(table, patent_id, title, table.versions(patent_id)), expected)

    @rule(patent_id=st.sampled_from(IDS), title=st.sampled_from(TITLES), newest=st.integers(0, 20))
    def put_late(self, patent_id: str, title: str, newest: int) -> None:
        if newest != self._model.newest[patent_id]:
            self._same(lambda table: stage(table, patent_id, title, Versions(newest)), None)

    @rule(first=st.integers(1, 12), second=st.integers(1, 12), lag=st.booleans())
    def publish(self, first: int, second: int, lag: bool) -> None:
        model = self._model
        numbers = (first, second) if lag else tuple(model.newest[one] or 1 for one in IDS)
        wanted = [PatentGeneration(*pair) for pair in zip(IDS, numbers, strict=True)]
        published = []
        for one in wanted:
            if one.patent_id in model.staged and model.newest[one.patent_id] == one.generation:
                model.published[one.patent_id] = (one.generation, model.staged.pop(one.patent_id))
                published.append(one.patent_id)
        model.changed(published)
        self._same(lambda table: table.publish(wanted), [self._versions(one) for one in IDS])

    @rule(patent_ids=st.lists(st.sampled_from(IDS), unique=True, min_size=1))
    def delete(self, patent_ids: list[str]) -> None:
        model = self._model
        expected = []
        for one in patent_ids:
            if one in model.staged or one in model.published:
                model.newest[one] += 1
                model.staged.pop(one, None)
                model.published.pop(one, None)
                expected.append(PatentGeneration(one, model.newest[one]))
        model.changed([one.patent_id for one in expected])
        self._same(lambda table: table.delete(patent_ids), expected)

    def _versions(self, patent_id: str) -> Versions:
        generation, title = self._model.published.get(patent_id, (0, None))
        return Versions(self._model.newest[patent_id], generation, title, self._model.staged.get(patent_id))

    @invariant()
    def readers_see_what_was_published(self) -> None:
        model = self._model
        self._same(
            lambda table: {
                id_: (one.generation, one.patent.title)
                for id_, one in table.get(IDS, include_staged=False).items()
            },
            model.published,
        )
        self._same(lambda table: [table.versions(one) for one in IDS], [self._versions(one) for one in IDS])

    @invariant()
    def changes_are_numbered_in_their_order(self) -> None:
        model = self._model
        self._same(lambda table: table.watermark(), model.change)
        self._same(
            lambda table: {id_: one.change for id_, one in table.get(IDS, include_staged=False).items()},
            {id_: model.changes[id_] for id_ in model.published},
        )

    @invariant()
    def listings_counts_and_ids_are_of_the_same_patents(self) -> None:
        model = self._model
        for include_staged in (False, True):
            shown = set(model.published) | (set(model.staged) if include_staged else set())
            expected = [
                PatentGeneration(
                    one, model.published[one][0] if one in model.published else model.newest[one]
                )
                for one in sorted(shown)
            ]
            staged = include_staged
            self._same(
                lambda table, staged=staged: [  # type: ignore[misc]
                    one for portion in table.ids(include_staged=staged) for one in portion
                ],
                expected,
            )
            self._same(
                lambda table, staged=staged: [  # type: ignore[misc]
                    PatentGeneration(one.patent.patent_id, one.generation)
                    for one in table.page(PatentFilter(), None, 10, include_staged=staged)
                ],
                expected,
            )
            self._same(
                lambda table, staged=staged: table.estimate(PatentFilter(), include_staged=staged),  # type: ignore[misc]
                len(expected),
            )

    @invariant()
    def a_deleted_patent_names_no_image(self) -> None:
        model = self._model
        titles = {title for _, title in model.published.values()} | set(model.staged.values())
        self._same(lambda table: {key for key, _ in table.object_keys()}, titles)
        self._same(lambda table: {key for key, _ in table.object_keys("Lamp")}, titles - {"Chair", "Lamp"})
        self._same(lambda table: {title for title in TITLES if table.names(title)}, titles)
        drawings = {f"{one}-D00001-01": title for one, (_, title) in model.published.items()}
        self._same(lambda table: table.drawing_keys([f"{one}-D00001-01" for one in IDS]), drawings)

    @invariant()
    def what_is_staged_can_be_read_also_behind_what_is_published(self) -> None:
        model = self._model
        self._same(
            lambda table: {
                id_: (one.generation, one.state, one.patent.title) for id_, one in table.staged(IDS).items()
            },
            {one: (model.newest[one], State.STAGED, title) for one, title in model.staged.items()},
        )


TestGenerations = Generations.TestCase
TestGenerations.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


def test_writers_at_once_never_share_a_number(table: PatentTable) -> None:
    """Eight writers of two patents, in any order: every acknowledged write has its own number, and the last one put
    is what is left."""
    given: list[tuple[str, int]] = []
    failures: list[Exception] = []

    def write(seed: int) -> None:
        dice = random.Random(seed)
        try:
            for _ in range(12):
                patent_id = dice.choice(IDS)
                if dice.random() < 0.25:
                    given.extend((one.patent_id, one.generation) for one in table.delete(sorted(IDS)))
                    continue
                number = stage(table, patent_id, dice.choice(TITLES), table.versions(patent_id))
                if number is None:
                    continue
                given.append((patent_id, number))
                (after,) = table.publish([PatentGeneration(patent_id, number)])
                assert after.newest >= number
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(given) == len(set(given))
    for patent_id in IDS:
        numbers = [number for id_, number in given if id_ == patent_id]
        stored = table.versions(patent_id)
        assert stored.newest == max(numbers) == len(numbers)
        record = table.get([patent_id], include_staged=True).get(patent_id)
        if record is not None:
            assert (record.state, record.generation) == (State.PUBLISHED, stored.newest)
