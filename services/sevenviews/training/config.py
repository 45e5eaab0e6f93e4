"""What a training run is told: one YAML file, checked before anything is done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sevenviews.lab.settings import Settings, read_yaml
from sevenviews.training.losses.config import ArcFaceConfig, ClassificationConfig, LossConfig
from sevenviews.training.models.config import ModelConfig
from sevenviews.training.optimizers import AdamWConfig, OptimizerConfig

PACKAGED_CONFIG = Path(__file__).parent / "configs" / "default.yaml"
"""By which the packaged model was made."""

SCRATCH_CONFIG = PACKAGED_CONFIG.with_name("line-resnet.yaml")
"""A whole training by descent, and the longest that is shipped."""

ROTATIONS = 4
"""That RotNet tells apart: 0, 90, 180 and 270 degrees."""


Share = Annotated[float, Field(ge=0, le=1)]


class DataConfig(Settings):
    """Where drawings come from. Every design is one class."""

    corpora: tuple[Path, ...] = ()
    """Anything that `sevenviews ingest` reads; relative to the YAML file."""
    synthetic_designs: int = Field(default=0, ge=0, description="Designs of the synthetic corpus to add.")
    synthetic_seed: int = Field(default=1, description="Seed of the synthetic corpus.")
    most_designs: int = Field(default=0, ge=0)
    """Of each corpus take so many designs, by the seed; 0: all."""
    least_drawings: int = Field(default=2, ge=1, description="Designs with fewer drawings are left out.")
    sheets: tuple[Path, ...] = ()
    """Whole sheets of real patents, `<patent id>/<sheet>.png`, that are cut into their figures. Those of the
    development set alone are taken; all of them are trained on, none is held out to validate with."""
    drawings_per_design: int = Field(default=0, ge=0)
    """Of each design of `corpora` take so many drawings, by the seed; 0: all."""
    cache_side: int = Field(default=224, ge=64, description="Side in pixels at which drawings are kept.")
    test_share: float = Field(default=0.0, ge=0, lt=0.5)
    """Share of designs that training never sees; DeepPatent: 0.15."""
    validation_share: float = Field(default=0.02, gt=0, lt=0.5)
    """Share of the rest that is held out; DeepPatent: 0.15."""
    test_lists: tuple[Path, ...] = ()
    """DeepPatent's own lists of the test split; with them, no shares."""
    validation_lists: tuple[Path, ...] = Field(default=(), description="Of the validation split.")
    excluded_lists: tuple[Path, ...] = ()
    """Patents that are neither trained on nor validated with, nor are their kin: lists of an id a line, or
    DeepPatent's."""

    @model_validator(mode="after")
    def _both_lists(self) -> DataConfig:
        if self.test_lists and not self.validation_lists:
            raise ValueError("test_lists: validation_lists must be given too")
        return self

    def relative_to(self, folder: Path) -> DataConfig:
        """The same with paths made absolute."""
        paths = ("corpora", "sheets", "test_lists", "validation_lists", "excluded_lists")
        return self.model_copy(
            update={key: tuple((folder / one).resolve() for one in getattr(self, key)) for key in paths}
        )


class AugmentationConfig(Settings):
    """Toward real sheets. Drawings of one design in one batch share their draughting style."""

    hand: Literal["batch", "design"] = "batch"
    """How long a design keeps its draughting style: for a batch, so that classes learn to overlook it; or for good,
    so that it helps to tell them apart, as it does with the drawings of a patent."""
    other_hand: Share = 0.0
    """Probability of a drawing in a style of its own, so that what is asked in another hand than the patent's is
    found too."""

    rotation_degrees: float = Field(default=8.0, ge=0, description="Rotations are drawn from ± this.")
    scale: float = Field(default=0.15, ge=0, lt=1, description="Relative change of size, ±.")
    shift: float = Field(default=0.06, ge=0, lt=1, description="Shift, as a share of the side, ±.")
    quarter_turn: Share = 0.0
    """Probability of 90, 180 or 270 degrees more."""
    flip: float = Field(default=0.5, ge=0, le=1, description="Probability of a mirrored drawing.")
    crop: Share = 0.0
    """Probability of a random crop, that is cropped to its content again."""
    crop_least: float = Field(default=0.6, gt=0, le=1)
    """Least share of the side that a crop leaves."""
    thicken: float = Field(default=0.4, ge=0, le=1, description="Probability of thicker strokes.")
    thickest: int = Field(default=1, ge=1, le=4)
    """Most pixels that those grow by on either side, at the cache's side."""
    thin: float = Field(default=0.0, ge=0, le=1, description="Probability of thinner strokes.")
    dash: float = Field(default=0.2, ge=0, le=1, description="Probability of broken lines.")
    erase: float = Field(default=0.3, ge=0, le=1, description="Probability of a white patch.")
    blur: float = Field(default=0.2, ge=0, le=1, description="Probability of blur.")
    faint: Share = 0.0
    """Probability of grey strokes: what large sheets have, once they are made small."""
    hatch: Share = 0.0
    """Probability of surfaces shaded by parallel lines."""
    stipple: float = Field(default=0.0, ge=0, le=1, description="Probability of surfaces shaded by dots.")
    tone: float = Field(default=0.0, ge=0, le=1, description="Probability of surfaces filled grey or black.")
    join: Share = 0.0
    """Probability that drawings of another design stand over a design's."""
    symmetric: Share = 0.0
    """Probability of a design united with its mirror image."""
    repeat: Share = 0.0
    """Probability of a design repeated, as a pattern is."""
    bend: float = Field(default=0.0, ge=0, le=0.5)
    """Most that places of a design are moved, in half sides."""


class OptimizationConfig(Settings):
    """How long, on what batches, at what rates."""

    steps: int = Field(default=1000, ge=1, description="Batches in all.")
    batch_size: int = Field(default=64, ge=4, description="Of all workers together.")
    drawings_per_design: int = Field(default=4, ge=1)
    """Drawings of one design in a batch; 1: drawings by epochs, in any order."""
    copies: int = Field(default=1, ge=1)
    """How often each of those comes, augmented anew: of 4 drawings with 2 copies, two are different."""
    class_aware: bool = False
    """Deal designs category by category, in turn, so that rare ones come as often as frequent ones."""
    image_size: int = Field(default=160, ge=32, description="Side in pixels of what is trained on.")
    optimizer: OptimizerConfig = AdamWConfig()
    backbone_rate: float = Field(default=1e-4, ge=0, description="Learning rate of the backbone.")
    head_rate: float = Field(default=1e-3, ge=0, description="Of the fully connected layer and the classes.")
    weight_decay: float = Field(default=1e-4, ge=0)
    warmup_steps: int = Field(default=100, ge=0)
    schedule: Literal["cosine", "constant"] = Field(default="cosine", description="After the warm-up.")
    whiten_drawings: int = Field(default=0, ge=0)
    """Start the fully connected layer as the whitening of so many drawings; 0: random."""
    whitening: Literal["pca", "discriminative"] = "pca"
    """Of drawings as they are, whatever they show; or of augmented ones, so that what differs between those of one
    design counts little."""


class WhitenConfig(Settings):
    """A step that takes no batch: the fully connected layer is set to the discriminative whitening of all drawings.

    Nothing else of the network changes, its normalisation's statistics included.
    """

    axes: int = Field(default=400, ge=2, description="Principal axes that are kept before.")
    shrinkage: float = Field(default=0.1, ge=0)
    """Of the covariance within designs toward a multiple of the identity."""
    rendering_weight: float = Field(default=0.1, gt=0, le=1)
    """What a drawing that is of no real patent counts beside one that is."""

    turned: bool = False
    """Whiten also by the real drawings' mirror images and quarter turns, as further drawings of their designs: the
    left side is often the right one mirrored, and a sheet holds views turned."""


class StepConfig(Settings):
    """A step of a protocol of several; its weights start the next. What it does not say, the run says."""

    name: str = Field(pattern="^[a-z0-9-]+$", description="Names its folder.")
    loss: LossConfig | None = None
    augmentation: AugmentationConfig | None = None
    optimization: OptimizationConfig | None = None
    whiten: WhitenConfig | None = None
    """In place of batches: what the run says of loss and optimization does not count."""
    evaluate_every: int | None = Field(default=None, ge=1)
    patience: int | None = Field(default=None, ge=0)


class TrainConfig(Settings):
    """A whole run."""

    name: str
    seed: int = 0
    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    loss: LossConfig = ArcFaceConfig()
    augmentation: AugmentationConfig = AugmentationConfig()
    optimization: OptimizationConfig = OptimizationConfig()
    whiten: WhitenConfig | None = None
    """A run that takes no batch: the loss and the optimization do not count."""
    steps: tuple[StepConfig, ...] = ()
    """A protocol of several, such as DeepPatent's 1, 2, 3; empty: one, as said above."""
    deployed_image_size: int = Field(default=224, ge=32)
    """Side in pixels of the exported model's input."""
    evaluate_every: int = Field(default=250, ge=1, description="Batches between validations and checkpoints.")
    patience: int = Field(default=0, ge=0)
    """End after so many validations without a better mAP, and keep the best; 0: never."""
    workers: int = Field(default=1, ge=1, description="Ray Train workers.")
    threads: int = Field(default=2, ge=1, description="CPU cores of each worker.")
    use_gpu: bool = False
    bfloat16: bool = Field(default=True, description="Compute convolutions in bfloat16.")

    @model_validator(mode="before")
    @classmethod
    def _of_before_the_losses(cls, given: Any) -> Any:
        """Runs of before there was a choice of losses keep ArcFace's settings among the optimization."""
        if not (isinstance(given, dict) and isinstance(given.get("optimization"), dict)) or "loss" in given:
            return given
        optimization = dict(given["optimization"])
        moved = {
            key: optimization.pop(f"arcface_{key}")
            for key in ("scale", "margin")
            if f"arcface_{key}" in optimization
        }
        return (
            {**given, "optimization": optimization, "loss": {"kind": "arcface", **moved}} if moved else given
        )

    @model_validator(mode="after")
    def _fits(self) -> TrainConfig:
        names = [step.name for step in self.steps]
        if len(set(names)) < len(names):
            raise ValueError(f"steps: two have one name: {', '.join(names)}")
        if self.whiten and self.steps:
            raise ValueError("whiten: a run of several steps says in which of them")
        for step in self.as_steps():
            if step.whiten is None:
                _check_batches(step)
            elif not self.data.sheets:
                raise ValueError("whiten: data.sheets must name drawings of real patents to learn from")
        return self

    @property
    def total_steps(self) -> int:
        """Batches of all steps together."""
        return sum(step.batches for step in self.as_steps())

    @property
    def batches(self) -> int:
        """Of a run of one step: none, if it whitens."""
        return 0 if self.whiten else self.optimization.steps

    def as_steps(self) -> tuple[TrainConfig, ...]:
        """A run of its own for each step; itself, if it is one."""
        return tuple(self._of(step) for step in self.steps) or (self,)

    def _of(self, step: StepConfig) -> TrainConfig:
        said = {
            key: value
            for key in ("loss", "augmentation", "optimization", "whiten", "evaluate_every", "patience")
            if (value := getattr(step, key)) is not None
        }
        return self.model_copy(update={"name": f"{self.name}-{step.name}", "steps": (), **said})

    def with_budget(self, steps: int) -> TrainConfig:
        """The same training with so many batches, in each step of a protocol of several."""

        def shorter(of: TrainConfig | StepConfig) -> dict[str, Any]:
            return {"optimization": of.optimization and of.optimization.model_copy(update={"steps": steps})}

        protocol = tuple(step.model_copy(update=shorter(step)) for step in self.steps)
        return self.model_copy(update={**shorter(self), "steps": protocol})

    @classmethod
    def load(cls, path: Path) -> TrainConfig:
        """Read a YAML file, or a shipped configuration by its mere name.

        Raises FileNotFoundError, yaml.YAMLError, pydantic.ValidationError.
        """
        shipped = PACKAGED_CONFIG.with_name(path.with_suffix(".yaml").name)
        place = shipped if len(path.parts) == 1 and not path.is_file() and shipped.is_file() else path
        return cls.model_validate(read_yaml(place)).relative_to(place.resolve().parent)

    def relative_to(self, folder: Path) -> TrainConfig:
        """The same with paths made absolute."""
        return self.model_copy(
            update={"data": self.data.relative_to(folder), "model": self.model.relative_to(folder)}
        )


def _check_batches(config: TrainConfig) -> None:
    options = config.optimization
    rotations = ROTATIONS if is_rotation(config.loss) else 1
    of_one = max(options.drawings_per_design, config.model.branches) if rotations == 1 else rotations
    if options.batch_size % (of_one * config.workers):
        raise ValueError(
            f"optimization.batch_size: {options.batch_size} cannot be dealt to {config.workers} workers in "
            f"groups of {of_one} drawings"
        )
    if options.drawings_per_design % options.copies:
        raise ValueError(
            f"optimization.copies: {options.drawings_per_design} drawings cannot be {options.copies} copies each"
        )
    if config.model.branches > options.drawings_per_design and rotations == 1:
        raise ValueError("optimization.drawings_per_design: two branches need two drawings of each design")


def is_rotation(loss: LossConfig) -> bool:
    """Whether the labels are rotations: RotNet."""
    return isinstance(loss, ClassificationConfig) and loss.by == "rotation"
