"""From maps of features to one vector: generalised means, over the whole or the cells of a grid, and NetVLAD."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_EPSILON = 1e-6
_SHARPNESS = 20.0
"""Of NetVLAD's assignment of places to words: α of the paper's equation 2."""

_LEAST_LENGTH = 1e-4
"""Under the square root, so that its slope stays finite."""


class GeM(nn.Module):
    """Generalised mean over positions, f_c = (1/|X| Σ x^p)^(1/p) (Radenović et al., 2018; DeepPatent, equation 2).

    p = 1 is the mean, p → ∞ the maximum.

    `p`: 3 in DeepPatent; `learned`: whether p changes in training.
    """

    p: Tensor

    def __init__(self, p: float, learned: bool = True) -> None:
        super().__init__()
        # A plain number, where it stays what it is: its cube costs a tenth of a power.
        self._fixed = None if learned else p
        if learned:
            self.p = nn.Parameter(torch.tensor(p))
        else:
            self.register_buffer("p", torch.tensor(p))

    def forward(self, features: Tensor) -> Tensor:
        """[n, c, h, w], at least 0, to [n, c]."""
        p = self.p if self._fixed is None else self._fixed
        return features.clamp(min=_EPSILON).pow(p).mean((2, 3)).pow(1 / p)


class GridGeM(nn.Module):
    """Features [n, c, h, w], at least 0, to unit vectors [n, c · cells²]: what lies where.

    As GeM, with a fixed p, but for each cell apart. Cells overlap: a place counts for the nearest two of either axis
    by how near it is, as in SIFT and HOG (Dalal and Triggs, 2005, section 6.3), so that a small shift changes little.

    GeM and NetVLAD forget where in a drawing a form lies. Local forms are what drawings of other sides share; where
    they lie is what a drawing of the same side in another hand keeps.

    `cells`: along each axis; `p`: the exponent; 1 the mean.
    """

    def __init__(self, cells: int, p: float) -> None:
        super().__init__()
        self._cells = cells
        self._p = p

    def forward(self, features: Tensor) -> Tensor:
        rows, columns = (_windows(length, self._cells, features) for length in features.shape[-2:])
        powers = features.clamp(min=_EPSILON).pow(self._p)
        means = rows @ powers @ columns.T
        return functional.normalize(means.pow(1 / self._p).flatten(1), dim=1)


def _windows(length: int, cells: int, like: Tensor) -> Tensor:
    """Weights of the places along an axis in each cell: [cells, length], each row a triangle of sum 1."""
    places = (torch.arange(length, device=like.device, dtype=like.dtype) + 0.5) / length
    centres = (torch.arange(cells, device=like.device, dtype=like.dtype) + 0.5) / cells
    weights = (1 - (places[None, :] - centres[:, None]).abs() * cells).clamp(min=_EPSILON)
    return weights / weights.sum(1, keepdim=True)


class NetVlad(nn.Module):
    """NetVLAD (Arandjelović et al., CVPR 2016): [n, c, h, w], at least 0, to unit vectors [n, words · c].

    A mean over positions says how much there is of each feature; this says it for each of a vocabulary of local forms
    apart, as Fisher vectors of SIFT do. What drawings of one hand and one article share from whatever side they show
    it, the ends and crossings of strokes, their weight, their shading, is kept where a view's outline is not.

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
        roots = residuals.sign() * ((residuals.abs() + _LEAST_LENGTH).sqrt() - _LEAST_LENGTH**0.5)
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
    return places / lengths.clamp(min=_LEAST_LENGTH), lengths
