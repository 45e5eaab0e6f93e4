"""From a network's settings to the network."""

from __future__ import annotations

from sevenviews.training.models.config import ModelConfig
from sevenviews.training.models.encoder import DrawingEncoder
from sevenviews.training.models.from_bundle import is_bundle, load_from_bundle
from sevenviews.training.models.initial import state_of_run
from sevenviews.training.models.sketchy import TwoBranchEncoder

Encoder = DrawingEncoder | TwoBranchEncoder


def make_model(config: ModelConfig) -> Encoder:
    """The network with its initial weights.

    From a run of the very same network all is taken over, from one of another dimension or of one branch rather than
    two the backbone alone. From a bundle all is taken over. Raises FileNotFoundError: the initial weights are not
    there; ValueError: they are of another network.
    """
    path = config.weights_path
    from_bundle = path is not None and is_bundle(path)
    bare = config.without_initial_weights() if from_bundle else config
    model: Encoder = DrawingEncoder(bare) if config.branches == 1 else TwoBranchEncoder(bare)
    if path is not None and from_bundle:
        load_from_bundle(model, path)
    elif path is not None and path.is_dir():
        state, own = state_of_run(path), model.state_dict()
        if {name: one.shape for name, one in state.items()} == {name: one.shape for name, one in own.items()}:
            model.load_state_dict(state)
    return model
