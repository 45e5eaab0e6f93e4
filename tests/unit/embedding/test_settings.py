"""Settings come from the environment, contradict nothing, and reach Serve's options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sevenviews.embedding.app import application, deployment_options
from sevenviews.embedding.server import ray_environment
from sevenviews.embedding.settings import EmbeddingSettings

STORE = Path("models")


def test_they_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEVENVIEWS_EMBEDDING_MODEL_STORE", "some/where")
    monkeypatch.setenv("SEVENVIEWS_EMBEDDING_PRELOAD", '["a", "b"]')
    monkeypatch.setenv("SEVENVIEWS_EMBEDDING_BATCH_SIZE", "5")
    settings = EmbeddingSettings()  # type: ignore[call-arg]
    assert (settings.model_store, settings.preload, settings.batch_size) == (
        Path("some/where"),
        ("a", "b"),
        5,
    )
    assert settings.port == 50052


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"num_replicas": 3, "max_replicas": 2}, "max_replicas"),
        ({"execution_provider": "cuda"}, "num_gpus"),
        ({"max_pending_images": 63}, "max_pending_images"),
        ({"model_stores": "typo"}, "model_stores"),
    ],
)
def test_what_cannot_work_is_refused_by_name(given: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        EmbeddingSettings(model_store=STORE, **given)


def test_a_fixed_number_of_replicas() -> None:
    options = deployment_options(EmbeddingSettings(model_store=STORE, num_replicas=2, num_gpus=0.5))
    assert options["num_replicas"] == 2
    assert options["ray_actor_options"] == {"num_cpus": 1.0, "num_gpus": 0.5}
    assert "autoscaling_config" not in options


def test_autoscaling() -> None:
    options = deployment_options(EmbeddingSettings(model_store=STORE, max_replicas=4))
    assert "num_replicas" not in options
    scaling = options["autoscaling_config"]
    assert (scaling.min_replicas, scaling.max_replicas) == (1, 4)


def test_the_limits_reach_serve() -> None:
    settings = EmbeddingSettings(
        model_store=STORE, max_concurrent_requests=9, max_queued_requests=7, max_message_bytes=2**21
    )
    options = deployment_options(settings)
    assert (options["max_ongoing_requests"], options["max_queued_requests"]) == (9, 7)
    assert ray_environment(settings)["RAY_SERVE_GRPC_MAX_MESSAGE_SIZE"] == str(2**21)


def test_serves_own_configuration_builds_the_application() -> None:
    built = application({"model_store": "models", "num_replicas": "2"})
    assert built._bound_deployment.num_replicas == 2  # where Ray keeps it; there is no public way to look
