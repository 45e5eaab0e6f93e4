"""`python -m sevenviews.embedding.install`: puts a first model into a store that has none."""

from __future__ import annotations

from pathlib import Path

import structlog
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from sevenviews.encoder.bundle import load_bundle
from sevenviews.encoder.store import ModelStore, default_bundle_path
from sevenviews.runtime.telemetry import configure_logs

log = structlog.get_logger()


class InstallSettings(BaseSettings):
    """SEVENVIEWS_EMBEDDING_MODEL_STORE, as the service itself has it."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, env_prefix="SEVENVIEWS_EMBEDDING_")

    model_store: Path = Field(description="Directory of model bundles.")


def install(store: ModelStore, bundle: Path) -> str:
    """Add a bundle to an empty store and make it the default; leave any other store as it is.

    Several replicas may do so at once: they add the same.

    Returns:
        The version that is the default now.

    Raises:
        SevenviewsError: MODEL_BUNDLE_INVALID.
        OSError: the store cannot be written to.
    """
    if store.versions():
        return store.default_version()
    version = load_bundle(bundle).version
    store.add(bundle)
    store.set_default(version)
    return version


def main() -> None:
    """Install the packaged model."""
    configure_logs()
    settings = InstallSettings()  # type: ignore[call-arg]  # the environment gives what has no default
    version = install(ModelStore(settings.model_store), default_bundle_path())
    log.info("model installed", model_version=version, store=str(settings.model_store))


if __name__ == "__main__":
    main()
