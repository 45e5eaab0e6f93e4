"""A training run: a folder that says exactly what was run, and can be continued."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sevenviews.training.config import TrainConfig
from sevenviews.training.memory import allocator_settings
from sevenviews.training.places import CONFIG_FILE, FACTS_FILE, METRICS, step_folder
from sevenviews.training.records import read_metrics
from sevenviews.training.trained_on import read_trained_on, write_trained_on

if TYPE_CHECKING:
    from sevenviews.training.drawings import DrawingDataset

_POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RunResult:
    """Where the run lies, and its validations in order: step, loss, validation_map, validation_acc1.

    Of a protocol of several steps, "step" counts the batches of all."""

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
        config: what to do; of a protocol of several steps each is a run in a folder of its own within, and starts
            from the weights of the one before.
        folder: of the run; holds config, facts, metrics and checkpoint.
        advance: is given each validation as it is made; its "step" counts the batches of all steps.

    Raises FileNotFoundError: a corpus, a list or the initial weights are not there; ValueError: the folder holds a
    run of another configuration; or the configuration does not fit the data.
    """
    from sevenviews.training.drawings import dataset_folder, open_dataset
    from sevenviews.training.fitting import fit
    from sevenviews.training.state import is_done

    folder = folder.resolve()
    _claim(folder, config)
    drawings = folder.parent / "drawings"
    tell("preparing the drawings")
    dataset = open_dataset(drawings, config.data, config.seed, config.threads, tell)
    tell(f"{len(dataset.names)} designs, {len(dataset.designs)} drawings")
    _write_facts(folder, config, dataset.digest, len(dataset.unread))
    with_batches = [step for step in config.as_steps() if step.whiten is None]
    for step in with_batches:
        _check_labels(step, dataset)
    learned = _learned(config, dataset)
    write_trained_on(folder, learned)
    metrics: list[Mapping[str, float]] = []
    with local_ray() if with_batches else nullcontext():
        for place, step, begun in _places(config, folder):
            if place != folder:
                tell(f"step {place.name}")
                _claim(place, step)
                _write_facts(place, step, dataset.digest, len(dataset.unread))
                write_trained_on(place, learned)
            if is_done(place, step.batches, step.patience):
                tell(f"{place.name} is done already, skipping")
            elif step.whiten is not None:
                fit(step, step.whiten, place, dataset)
                for one in read_metrics(place / METRICS):
                    advance(_after(begun, one))
            else:
                with _followed(place / METRICS, _counted(advance, begun)):
                    _fit(step, place, dataset_folder(drawings, dataset.digest), dataset.digest)
            metrics += [_after(begun, one) for one in read_metrics(place / METRICS)]
    return RunResult(folder, tuple(metrics))


def _places(config: TrainConfig, folder: Path) -> Iterator[tuple[Path, TrainConfig, int]]:
    """Each step with its folder and the batches before it; from the second on, it starts from the one before."""
    if not config.steps:
        yield folder, config, 0
        return
    begun = 0
    before: Path | None = None
    for number, (named, step) in enumerate(zip(config.steps, config.as_steps(), strict=True), 1):
        place = step_folder(folder, number, named.name)
        if before is not None:
            model = step.model.model_copy(update={"initial_weights": str(before)})
            step = step.model_copy(update={"model": model})  # noqa: PLW2901 - the same step, made whole
        yield place, step, begun
        begun, before = begun + step.batches, place


def _fit(config: TrainConfig, folder: Path, drawings: Path, digest: str) -> None:
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchTrainer

    from sevenviews.training.loop import worker

    arguments = {
        "config": config.model_dump_json(),
        "run": str(folder),
        "dataset": str(drawings),
        "digest": digest,
    }
    resources = {"CPU": config.threads, **({"GPU": 1} if config.use_gpu else {})}
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
            worker_runtime_env={"env_vars": allocator_settings()},  # type: ignore[call-arg]  # V1's types
        ),
    ).fit()


def _check_labels(config: TrainConfig, dataset: DrawingDataset) -> None:
    """What the data cannot give is said now, rather than by a worker after the steps before."""
    from sevenviews.training.batches import make_sampler
    from sevenviews.training.labels import check_categories, is_category, labelled, tree_of
    from sevenviews.training.split import split

    if is_category(config.loss):
        check_categories(dataset, config.data)
    training, _ = labelled(dataset, split(dataset, config.data, config.seed).training, config.loss)
    make_sampler(config, dataset, training)
    if config.loss.kind == "hierarchical":
        tree_of(dataset, training)


def _learned(config: TrainConfig, dataset: DrawingDataset) -> frozenset[str]:
    """What the model will have learned from: these designs, and those of the model that it starts from."""
    from sevenviews.training.split import split

    training = split(dataset, config.data, config.seed).training
    names = {dataset.names[design] for design in set(dataset.designs[training].tolist())}
    start = config.model.weights_path
    return (read_trained_on(start) if start else frozenset()) | names


def _counted(
    advance: Callable[[Mapping[str, float]], None], begun: int
) -> Callable[[Mapping[str, float]], None]:
    return lambda metrics: advance(_after(begun, metrics))


def _after(begun: int, metrics: Mapping[str, float]) -> Mapping[str, float]:
    return {**metrics, "step": begun + metrics["step"]}


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


def _write_facts(folder: Path, config: TrainConfig, data_digest: str, unread: int) -> None:
    facts: dict[str, Any] = {
        "name": config.name,
        "data_digest": data_digest,
        "unread": unread,
        "git_commit": _git_commit(),
    }
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
def local_ray() -> Iterator[None]:
    """The Ray that is there already, or one of this machine's for as long as it is needed."""
    # Training reports nothing, and nobody else's training is of interest here.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray

    from sevenviews.local_ray import start_local_ray

    if ray.is_initialized():
        yield
        return
    start_local_ray(include_dashboard=False, log_to_driver=False, logging_level="warning")
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
