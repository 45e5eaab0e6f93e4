"""A synthetic corpus: parametric articles, drawn as patents draw them, in the USPTO's weekly bulk layout.

It is the data of `sevenviews demo`, of `sevenviews synth` and of the tests, a part of what the packaged model is
trained on, and the chairs of `sevenviews lab patentnet cluster`. May import designs, nothing else of ours. Needs the
extra `corpus`: numpy, OpenCV and Pillow.

The articles are frozen, and tests/unit/synthetic/test_frozen.py holds them: a seed names a corpus, in the packaged
model's recipe and in every figure measured, and another drawing would be another corpus under the same name. An
article is a sequence of throws of the dice, so that one throw more or fewer changes all that follow. `KINDS` cannot
grow even at its end, since every round of every seed is a permutation of all of it. Whoever does want another kind
puts it into a tuple of its own, as `CHAIR_KINDS` is, and draws it with `design_of_kind`; whoever wants another
article of an old kind makes a new kind of it. Code may be moved and shortened while the same numbers come out.
"""

from sevenviews.synthetic.bulk import CorpusSummary, write_corpus
from sevenviews.synthetic.designs import SyntheticDesign, design, render

__all__ = ["CorpusSummary", "SyntheticDesign", "design", "render", "write_corpus"]
