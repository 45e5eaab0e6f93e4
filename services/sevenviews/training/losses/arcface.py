"""ArcFace (Deng et al., CVPR 2019, equation 3), with focal weights and sub-centres."""

from __future__ import annotations

import math

import torch
from pytorch_metric_learning.losses import SubCenterArcFaceLoss
from pytorch_metric_learning.reducers import DoNothingReducer
from torch import Tensor, nn

from sevenviews.training.losses.base import RetrievalLoss
from sevenviews.training.losses.config import ArcFaceConfig

_EPSILON = 1e-6


class ArcFace(RetrievalLoss):
    """ℓ = -log(e^{s·cos(θ_y+m)} / (e^{s·cos(θ_y+m)} + Σ_{j≠y} e^{s·cos θ_j})); the mean of (1 - e^{-ℓ})^γ · ℓ.

    θ_j is the angle to the nearest of class j's sub-centres (Deng et al., ECCV 2020). The margin is on the true
    class alone; where θ_y + m would pass π, cos θ_y - m·sin m goes on in its place, so that the loss keeps rising.
    γ = 0 is ArcFace; γ = 1.5, with s = 30 and m = 0.5, is what Higuchi and Yanai (2023) train on DeepPatent.
    """

    def __init__(self, config: ArcFaceConfig, classes: int, dimension: int) -> None:
        super().__init__()
        self._focal = config.focal
        self._subcentres = config.subcentres
        self.centres = _Centres(
            num_classes=classes,
            embedding_size=dimension,
            margin=math.degrees(config.margin),
            scale=config.scale,
            sub_centers=config.subcentres,
            reducer=DoNothingReducer(),
        )

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        losses: Tensor = self.centres(vectors, labels)["loss"]["losses"]
        if self._focal:
            # At a loss of 0 an exponent below 1 would have an infinite slope.
            losses = (-torch.expm1(-losses)).clamp(min=_EPSILON).pow(self._focal) * losses
        return losses.mean()

    @torch.no_grad()
    def start_at(self, means: Tensor) -> None:
        centres = nn.functional.normalize(means, dim=1).repeat_interleave(self._subcentres, 0)
        if self._subcentres > 1:
            # Alike, they would stay alike: the first would win for ever.
            centres = centres + 0.1 * torch.randn_like(centres) / math.sqrt(means.shape[1])
        self.centres.W.copy_(centres.T)


class _Centres(SubCenterArcFaceLoss):  # type: ignore[misc]
    def get_angles(self, cosine_of_target_classes: Tensor) -> Tensor:
        # At a cosine of 1 the slope of the arc cosine is infinite: a drawing that lies on its centre would
        # turn every weight to NaN. Cut off there, its gradient is 0.
        return torch.acos(cosine_of_target_classes.clamp(-1 + _EPSILON, 1 - _EPSILON))
