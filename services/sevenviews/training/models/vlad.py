"""NetVLAD pooling (Arandjelović et al., CVPR 2016): which local forms a drawing has, and how they vary.

A mean over positions says how much there is of each feature; this says it for each of a vocabulary of local forms
apart, as Fisher vectors of SIFT do. What drawings of one hand and one article share from whatever side they show it,
the ends and crossings of strokes, their weight, their shading, is kept where a view's outline is not.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_SHARPNESS = 20.0
"""Of the assignment of places to words: α of the paper's equation 2."""

_EPSILON = 1e-4
"""Under the square root, so that its slope stays finite."""


class NetVlad(nn.Module):
    """Features [n, c, h, w], at least 0, to unit vectors [n, words · c].

    With z_p the unit vector at place p, e_p its length before, and a_k(z) = softmax_k(α c_k·z) the soft assignment to
    the words c_k, the residuals are v_k = Σ_p e_p a_k(z_p) (z_p - c_k). Of these the signed square root is taken
    (Jégou et al., 2012), each v_k is brought to unit length, and all of them together.

    Places count by their length, other than in the paper: most of a drawing is blank paper, whose features are short.

    `channels`: c; `words`: of the vocabulary.
    """

    def __init__(self, channels: int, words: int) -> None:
        super().__init__()
        self.words = nn.Parameter(functional.normalize(torch.rand(words, channels), dim=1))

    def forward(self, features: Tensor) -> Tensor:
        places = features.flatten(2).transpose(1, 2)
        units, lengths = units_of(places)
        assigned = torch.softmax(_SHARPNESS * units @ self.words.T, 2) * lengths
        residuals = assigned.transpose(1, 2) @ units - assigned.sum(1)[:, :, None] * self.words
        roots = residuals.sign() * ((residuals.abs() + _EPSILON).sqrt() - _EPSILON**0.5)
        return functional.normalize(functional.normalize(roots, dim=2).flatten(1), dim=1)

    @torch.no_grad()
    def start_at(self, features: Tensor, seed: int) -> None:
        """Let the words begin as the centres of the places of some drawings, [n, c, h, w]; paper is left out.

        Raises ValueError: there are fewer places than words.
        """
        from sklearn.cluster import MiniBatchKMeans

        units, lengths = units_of(features.permute(0, 2, 3, 1).flatten(0, 2))
        drawn = units[lengths[:, 0] > lengths.median()].cpu().numpy()
        if len(drawn) < len(self.words):
            raise ValueError(
                f"vlad_words: {len(drawn)} places cannot be gathered into {len(self.words)} words"
            )
        found = MiniBatchKMeans(len(self.words), random_state=seed, n_init=1).fit(drawn).cluster_centers_
        self.words.copy_(functional.normalize(torch.from_numpy(found).to(self.words), dim=1))


def units_of(places: Tensor) -> tuple[Tensor, Tensor]:
    """Vectors [..., c] as unit vectors, and their lengths [..., 1]."""
    lengths = places.norm(dim=-1, keepdim=True)
    return places / lengths.clamp(min=_EPSILON), lengths
