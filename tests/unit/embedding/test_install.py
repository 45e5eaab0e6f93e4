"""The first model of a store."""

from __future__ import annotations

from pathlib import Path

import pytest

from sevenviews.embedding.install import install, main
from sevenviews.encoder import ModelStore
from sevenviews.encoder.bundle import load_bundle
from sevenviews.encoder.store import default_bundle_path, earlier_bundle_paths
from tests.models import tiny_bundle


def test_an_empty_store_gets_the_bundle_as_its_default(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "store")
    bundle = tiny_bundle(tmp_path / "bundle")
    version = install(store, bundle)
    assert store.default_version() == version == load_bundle(bundle).version


def test_a_store_with_a_model_is_left_alone(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "store")
    first = install(store, tiny_bundle(tmp_path / "one", seed=1))
    assert install(store, tiny_bundle(tmp_path / "two", seed=2)) == first
    assert store.versions() == (first,)


def test_the_command_installs_the_packaged_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEVENVIEWS_EMBEDDING_MODEL_STORE", str(tmp_path))
    main()
    assert ModelStore(tmp_path).default_version() == load_bundle(default_bundle_path()).version


def test_models_that_were_packaged_before_are_kept_beside_the_packaged_one(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    earlier = {store.add(path).version for path in earlier_bundle_paths()}
    version = store.add(default_bundle_path()).version
    store.set_default(version)
    assert earlier
    assert store.versions()[0] == version
    assert set(store.versions()) == earlier | {version}
