"""What does the two long works of a refresh: training a model, and embedding a corpus with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.encoder.bundle import MODEL_FILE, Bundle
from sevenviews.refresh.pipeline import EmbeddingReport, EmbeddingTask, embed_corpus
from sevenviews.refresh.ray_session import RaySession
from sevenviews.training.config import TrainConfig

Metrics = Mapping[str, float]


class Engine(Protocol):
    """Works until it is left as a context; a refresh that needs neither work costs nothing."""

    def train(
        self,
        config: TrainConfig,
        run: Path,
        tell: Callable[[str], None],
        advance: Callable[[Metrics], None],
    ) -> Metrics:
        """Train into a directory, from its last checkpoint if there is one; returns the last measurement.

        Raises:
            ValueError: there is too little to train on.
        """
        ...

    def export(self, run: Path, folder: Path) -> Bundle:
        """The model of a training as a bundle. Raises MODEL_BUNDLE_INVALID: it differs from what was trained."""
        ...

    def embed(
        self, task: EmbeddingTask, patent_ids: Sequence[str], advance: Callable[[EmbeddingReport], None]
    ) -> EmbeddingReport:
        """Bring a release up to date with these patents. Raises SevenviewsError."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class RayEngine(RaySession):
    """Ray Train and Ray Data; a Ray of its own is started by the first work that needs it."""

    def train(
        self,
        config: TrainConfig,
        run: Path,
        tell: Callable[[str], None],
        advance: Callable[[Metrics], None],
    ) -> Metrics:
        from sevenviews.training.run import train

        self.start()
        result = train(config, run, tell, advance)
        return dict(result.metrics[-1]) if result.metrics else {}

    def export(self, run: Path, folder: Path) -> Bundle:
        from sevenviews.training.export import ExportError, export

        try:
            return export(run, folder)
        except ExportError as error:
            raise SevenviewsError(Reason.MODEL_BUNDLE_INVALID, str(error), {"file": MODEL_FILE}) from error

    def embed(
        self, task: EmbeddingTask, patent_ids: Sequence[str], advance: Callable[[EmbeddingReport], None]
    ) -> EmbeddingReport:
        self.start()
        return embed_corpus(task, patent_ids, advance)
