"""The score of a patent against several query images: defined here, once, for the search and for its measurement.

Pure: a score is a function of the query and of the patent's drawings, never of what else was found or of the page
size. `score` holds the formula.

May import designs. Needs NumPy, and SciPy for the assignment: the extras `vectors` and `lab` bring it.
"""

from sevenviews.ranking.bound import upper_bound, upper_bounds
from sevenviews.ranking.records import Match, PatentScore, QueryDrawing, StoredDrawing
from sevenviews.ranking.score import OTHER_VIEW_COST, PACKAGED_LEVEL, score_patent

__all__ = [
    "OTHER_VIEW_COST",
    "PACKAGED_LEVEL",
    "Match",
    "PatentScore",
    "QueryDrawing",
    "StoredDrawing",
    "score_patent",
    "upper_bound",
    "upper_bounds",
]
