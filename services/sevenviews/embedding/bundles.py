"""Models from the encoder's store of bundles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.embedding.models import ModelDescription
from sevenviews.encoder import Bundle, ModelStore
from sevenviews.encoder.encoder import Encoder
from sevenviews.encoder.session import Provider

log = structlog.get_logger()

_Fingerprint = frozenset[tuple[str, int, int]]
"""Name, bytes, and time of the last change in nanoseconds, of each file of a bundle."""


class BundleSource:
    """A ModelSource over a directory of bundles.

    Args:
        root: of the ModelStore.
        provider: what runs the networks; on the CPU each has one thread.
    """

    def __init__(self, root: Path, provider: Provider) -> None:
        self._store = ModelStore(root)
        self._provider: Provider = provider
        self._checked: dict[str, tuple[_Fingerprint, Bundle]] = {}

    def default_version(self) -> str:
        """Raises MODEL_NOT_FOUND in an empty store, DEPENDENCY_UNAVAILABLE where there is none."""
        try:
            return self._store.default_version()
        except OSError as error:
            raise self._unreadable(error) from error

    def describe(self) -> Sequence[ModelDescription]:
        """All sound bundles, the default first; a damaged one is left out. Raises DEPENDENCY_UNAVAILABLE."""
        try:
            versions = self._store.versions()
        except OSError as error:
            raise self._unreadable(error) from error
        return [
            ModelDescription(
                bundle.version,
                bundle.manifest.name,
                bundle.manifest.dimension,
                bundle.manifest.image_size,
                bundle.version == versions[0],
                bundle.calibration,
            )
            for bundle in self._sound(versions)
        ]

    def load(self, version: str) -> Encoder:
        """Raises MODEL_NOT_FOUND, MODEL_BUNDLE_INVALID, DEPENDENCY_UNAVAILABLE."""
        try:
            bundle = self._store.open(version)
        except OSError as error:
            raise self._unreadable(error) from error
        return Encoder(bundle, self._provider, threads=1)

    def _sound(self, versions: Sequence[str]) -> Iterator[Bundle]:
        for version in versions:
            try:
                yield self._checked_bundle(version)
            except SevenviewsError as error:
                log.warning("bundle left out", model_version=version, message=error.message)

    def _checked_bundle(self, version: str) -> Bundle:
        """A bundle is hashed once, and again only if one of its files was written since."""
        fingerprint = _fingerprint(self._store.root / version)
        known = self._checked.get(version)
        if known is None or known[0] != fingerprint:
            known = self._checked[version] = (fingerprint, self._store.open(version))
        return known[1]

    def _unreadable(self, error: OSError) -> SevenviewsError:
        return SevenviewsError(
            Reason.DEPENDENCY_UNAVAILABLE,
            f"the model store cannot be read: {error}",
            {"service": "model store"},
        )


def _fingerprint(folder: Path) -> _Fingerprint:
    stats = [(path.name, path.stat()) for path in folder.iterdir()]
    return frozenset((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
