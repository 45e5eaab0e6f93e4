"""A training run: a folder that says exactly what was run, and can be continued."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sevenviews.training.config import TrainConfig

CONFIG_FILE = "config.json"
FACTS_FILE = "run.json"
_POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RunResult:
    """Where the run lies, and its validations in order: step, loss, validation_map, validation_acc1."""

    folder: Path
    metrics: tuple[Mapping[str, float], ...]


def train(
    config: TrainConfig,
    folder: Path,
    tell: Callable[[str], None],
    advance: Callable[[Mapping[str, float]], None] = lambda _: None,
) -> RunResult:
    """Train on Ray Train; the same folder again continues from its last checkpoint.

    Args:
        config: what to do.
        folder: of the run; holds config, facts, metrics and checkpoint.
        tell: is told what happens, a line at a time.
        advance: is given each validation as it is made.

    Raises:
        ValueError: the folder holds a run of another configuration.
    """
    import ray
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchTrainer

    from sevenviews.training.drawings import open_cache
    from sevenviews.training.loop import METRICS, worker

    folder = folder.resolve()
    _claim(folder, config)
    cache_folder = folder.parent / "drawings"
    tell("preparing the drawings")
    cache = open_cache(cache_folder, config.data, config.seed, config.threads, tell)
    tell(f"{len(cache.names)} designs, {len(cache.designs)} drawings")
    _write_facts(folder, config, cache.digest)
    arguments = {"config": config.model_dump_json(), "run": str(folder), "cache": str(cache_folder)}
    resources = {"CPU": config.threads, **({"GPU": 1} if config.use_gpu else {})}
    with _local_ray(ray), _followed(folder / METRICS, advance):
        TorchTrainer(
            worker,
            train_loop_config=arguments,
            scaling_config=ScalingConfig(
                num_workers=config.workers, use_gpu=config.use_gpu, resources_per_worker=resources
            ),
            run_config=RunConfig(
                name="ray",
                storage_path=str(folder),
                # A killed worker is started again, and continues from the checkpoint.
                failure_config=FailureConfig(max_failures=3),
            ),
        ).fit()
    return RunResult(folder, read_metrics(folder / METRICS))


def read_metrics(path: Path) -> tuple[Mapping[str, float], ...]:
    """The validations of a run so far."""
    if not path.is_file():
        return ()
    return tuple(json.loads(line) for line in path.read_text().splitlines())


def load_config(folder: Path) -> TrainConfig:
    """What a run was told. Raises FileNotFoundError if the folder holds no run."""
    return TrainConfig.model_validate_json((folder / CONFIG_FILE).read_text())


def _claim(folder: Path, config: TrainConfig) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / CONFIG_FILE).is_file():
        if load_config(folder) != config:
            raise ValueError(f"{folder} holds a run of another configuration; choose another folder")
        return
    (folder / CONFIG_FILE).write_text(config.model_dump_json(indent=2) + "\n")


def _write_facts(folder: Path, config: TrainConfig, data_digest: str) -> None:
    facts: dict[str, Any] = {"name": config.name, "data_digest": data_digest, "git_commit": _git_commit()}
    (folder / FACTS_FILE).write_text(json.dumps(facts, indent=2) + "\n")


def _git_commit() -> str:
    """Of the code; with a + where it was changed since. Empty outside a checkout."""
    source = Path(__file__).parent

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(source), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        return done.stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
    except FileNotFoundError:
        return ""
    return commit + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")


@contextmanager
def _local_ray(ray: Any) -> Iterator[None]:
    """The Ray that is there already, or one of this machine's for as long as it is needed."""
    if ray.is_initialized():
        yield
        return
    ray.init(include_dashboard=False, log_to_driver=False, logging_level="warning")
    try:
        yield
    finally:
        ray.shutdown()


@contextmanager
def _followed(path: Path, advance: Callable[[Mapping[str, float]], None]) -> Iterator[None]:
    """Hand on the validations that workers write, while they run."""
    ended = threading.Event()
    seen = len(read_metrics(path))

    def follow() -> None:
        nonlocal seen
        while True:
            last_look = ended.wait(_POLL_SECONDS)
            for metrics in read_metrics(path)[seen:]:
                advance(metrics)
                seen += 1
            if last_look:
                return

    thread = threading.Thread(target=follow, name="follow-metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
