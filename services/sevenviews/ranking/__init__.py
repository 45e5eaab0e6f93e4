"""The score of a patent against several query images: defined here, once, for the search and for its measurement.

Pure: a score is a function of the query and of the patent's drawings, never of what else was found or of the page
size. `score` holds the formula.

May import designs. Needs NumPy, and SciPy for the assignment: the extras `vectors` and `lab` bring it.
"""

from sevenviews.ranking.bound import upper_bounds
from sevenviews.ranking.feedback import Feedback, JudgedDrawings, moved_queries
from sevenviews.ranking.records import Match, PatentScore, QueryDrawing, StoredDrawing
from sevenviews.ranking.score import explain_patents, score_patent, score_patents
from sevenviews.ranking.soft_mean import SOFTNESS
from sevenviews.ranking.values import OTHER_VIEW_COST, free_views

__all__ = [
    "OTHER_VIEW_COST",
    "SOFTNESS",
    "Feedback",
    "JudgedDrawings",
    "Match",
    "PatentScore",
    "QueryDrawing",
    "StoredDrawing",
    "explain_patents",
    "free_views",
    "moved_queries",
    "score_patent",
    "score_patents",
    "upper_bounds",
]
