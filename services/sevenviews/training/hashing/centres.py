"""Hash centres: a code for each class, far from every other (Yuan et al., Central Similarity Quantization, CVPR
2020, section 3.1).

m centres of K bits are wanted whose mean pairwise Hamming distance is at least K/2 (their definition 1). Where K
is a power of two and m ≤ 2K they are the rows of [H_K; -H_K], with Sylvester's Hadamard matrix

    H_1 = [1],    H_2K = [[H_K, H_K], [H_K, -H_K]].

Its rows are orthogonal, so two of them differ in K/2 bits exactly, a row and its negative in K; every row but the
first has as many +1 as -1. Otherwise each bit is drawn from a fair coin, Bern(0.5): the distance of two centres is
then K/2 in the mean, and no better.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
import torch
from torch import Tensor

_TRIES = 64


def hadamard(bits: int) -> Tensor:
    """Sylvester's Hadamard matrix: float32 [bits, bits] of -1 and 1. Raises ValueError: bits is no power of two."""
    try:
        matrix = scipy.linalg.hadamard(bits, np.float32)
    except ValueError as error:
        raise ValueError(
            f"bits: a Hadamard matrix of Sylvester's kind needs a power of two, not {bits}"
        ) from error
    return torch.from_numpy(matrix)


def hash_centres(classes: int, bits: int, seed: int = 0) -> Tensor:
    """A centre for each class: float32 [classes, bits] of -1 and 1, no two alike.

    From the Hadamard matrix where bits is a power of two and classes ≤ 2·bits; otherwise by fair coins.

    `classes`: how many, at least 2; `bits`: length of a code, at least 1. Raises ValueError: a number is too small,
    or so few bits have not as many codes.
    """
    if classes < 2:  # noqa: PLR2004 - a single centre separates nothing
        raise ValueError(f"classes: centres need at least 2 classes, not {classes}")
    if bits < 1:
        raise ValueError(f"bits: a code needs at least 1 bit, not {bits}")
    if _is_power_of_two(bits) and classes <= 2 * bits:
        matrix = hadamard(bits)
        return torch.cat([matrix, -matrix])[:classes]
    return bernoulli_centres(classes, bits, seed)


def bernoulli_centres(classes: int, bits: int, seed: int = 0) -> Tensor:
    """Centres whose bits are fair coins: float32 [classes, bits] of -1 and 1, no two alike.

    Of several tosses the one is taken whose two nearest centres are farthest apart. Raises ValueError: there are not
    that many codes of so few bits, or no toss kept them apart.
    """
    if bits < classes.bit_length() and classes > 2**bits:
        raise ValueError(f"bits: {bits} bits have {2**bits} codes, fewer than {classes} classes")
    generator = torch.Generator().manual_seed(seed)
    best, best_distance = None, 0
    for _ in range(_TRIES):
        tossed = torch.randint(0, 2, (classes, bits), generator=generator).float() * 2 - 1
        distances = (bits - tossed @ tossed.T) / 2
        distances.fill_diagonal_(float(bits))
        distance = int(distances.min())
        if distance > best_distance:
            best, best_distance = tossed, distance
    if best is None:
        raise ValueError(f"bits: {bits} are too few to keep {classes} random centres apart; take more")
    return best


def label_centres(labels: Tensor, centres: Tensor, seed: int = 0) -> Tensor:
    """The centre of each sample's labels: float32 [n, bits] of -1 and 1.

    For a single label it is its centre. For several it is their centroid (section 3.2): each bit by the majority of
    their centres; where they are even, by a fair coin, the same for the same set of labels.

    `labels`: [n, classes] of 0 and 1, at least one 1 in each row; `centres`: [classes, bits] of -1 and 1. Raises
    ValueError: the shapes do not fit, or a sample has no label.
    """
    if labels.ndim != 2 or labels.shape[1] != len(centres):  # noqa: PLR2004 - samples, classes
        raise ValueError(f"labels: {tuple(labels.shape)} does not fit {len(centres)} centres")
    if not (labels.sum(1) > 0).all():
        raise ValueError("labels: a sample has no label, hence no centre")
    majority = labels.to(centres.dtype) @ centres
    # A coin for each class and bit, combined by the labels: equal sets of labels toss equally.
    generator = torch.Generator().manual_seed(seed)
    coins = torch.rand(len(centres), centres.shape[1], generator=generator).to(centres) - 0.5
    tossed = labels.to(centres.dtype) @ coins
    return torch.where(majority == 0, torch.where(tossed >= 0, 1.0, -1.0), majority.sign())


def _is_power_of_two(number: int) -> bool:
    return number >= 1 and number & (number - 1) == 0
