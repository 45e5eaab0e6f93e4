"""A synthetic corpus: parametric articles, drawn as patents draw them, in the USPTO's weekly bulk layout.

It is the data of the demo and of the tests, and a source of line drawings to train on. May import
designs, nothing else of ours. Needs the extra `corpus`: numpy, OpenCV and Pillow.
"""

from sevenviews.synthetic.bulk import CorpusSummary, write_corpus
from sevenviews.synthetic.designs import SyntheticDesign, design, render
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.style import DrawingStyle, Shading, random_style

__all__ = [
    "CorpusSummary",
    "Dice",
    "DrawingStyle",
    "Shading",
    "SyntheticDesign",
    "design",
    "random_style",
    "render",
    "write_corpus",
]
