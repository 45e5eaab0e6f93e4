"""An engine of a refresh without torch and without Ray: it trains in no time, and embeds in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from sevenviews.encoder.bundle import MODEL_FILE, Bundle, write_bundle
from sevenviews.refresh.engine import Metrics
from sevenviews.refresh.pipeline import EmbeddingReport, EmbeddingTask, embed_here
from sevenviews.training.config import TrainConfig
from sevenviews.training.trained_on import write_trained_on
from tests.models import tiny_bundle

_RUN = "trained"


class FakeEngine:
    """Makes models that differ by their seed.

    Attributes:
        trainings: runs that were trained, and not found trained already.
        excluded: of each of them, the patents that it was told to leave out.
        learned: patents that its models say they have learned from.
    """

    def __init__(self, seed: int = 1, dimension: int = 32) -> None:
        self.trainings: list[Path] = []
        self.excluded: list[frozenset[str]] = []
        self.learned: frozenset[str] = frozenset()
        self._seed = seed
        self._dimension = dimension

    def train(
        self,
        config: TrainConfig,
        run: Path,
        tell: Callable[[str], None],
        advance: Callable[[Metrics], None],
    ) -> Metrics:
        if not (run / _RUN).exists():
            run.mkdir(parents=True, exist_ok=True)
            (run / _RUN).touch()
            self.trainings.append(run)
            lists = (one.read_text().splitlines() for one in config.data.excluded_lists)
            self.excluded.append(frozenset().union(*lists))
        last = {"step": 1, "loss": 0.5, "validation_map": 0.5}
        advance(last)
        return last

    def export(self, run: Path, folder: Path) -> Bundle:
        assert (run / _RUN).exists()
        made = tiny_bundle(folder, self._dimension, image_size=64, seed=self._seed)
        return write_bundle(
            made,
            made / MODEL_FILE,
            name=f"tiny-{self._seed}",
            image_size=64,
            dimension=self._dimension,
            attachments=(write_trained_on(made, self.learned),),
        )

    def embed(
        self, task: EmbeddingTask, patent_ids: Sequence[str], advance: Callable[[EmbeddingReport], None]
    ) -> EmbeddingReport:
        report = embed_here(task, patent_ids)
        advance(report)
        return report

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is held."""
