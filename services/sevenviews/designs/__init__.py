"""The domain: patents, drawings, views, Locarno classes and filters.

Pure: no input or output, no framework, nothing of ours imported from outside this package.
"""

from sevenviews.designs.calibration import PACKAGED, Calibration, cosine_by_signs, cosine_of_signs
from sevenviews.designs.canonical import canonical_patent_id, is_patent_number
from sevenviews.designs.crop import CropBox
from sevenviews.designs.errors import Reason, SevenviewsError
from sevenviews.designs.facets import Facet, FacetCounts, FacetValue, without_own_conditions
from sevenviews.designs.family import SAME_DRAWINGS, families, family_keys, kin_keys
from sevenviews.designs.figure_list import expand_figures, figures_between
from sevenviews.designs.figure_number import SOLE_FIGURE, FigureNumber
from sevenviews.designs.filters import DateRange, PatentFilter, UnknownDates
from sevenviews.designs.identifiers import (
    content_key,
    drawing_id,
    is_patent_id,
    key_of_digest,
    patent_id_of,
)
from sevenviews.designs.locarno import LocarnoClass
from sevenviews.designs.ordering import BY_ID, OrderField, PatentOrder
from sevenviews.designs.patent import (
    Citation,
    Drawing,
    Embodiment,
    FigureDescription,
    HagueRegistration,
    Party,
    Patent,
    Priority,
    RelatedDocument,
)
from sevenviews.designs.requests import (
    DrawingImage,
    DrawingSize,
    ImportOutcome,
    ViewCoverage,
    ViewMatching,
    size_of_page,
)
from sevenviews.designs.view import STANDARD_VIEWS, View

__all__ = [
    "BY_ID",
    "PACKAGED",
    "SAME_DRAWINGS",
    "SOLE_FIGURE",
    "STANDARD_VIEWS",
    "Calibration",
    "Citation",
    "CropBox",
    "DateRange",
    "Drawing",
    "DrawingImage",
    "DrawingSize",
    "Embodiment",
    "Facet",
    "FacetCounts",
    "FacetValue",
    "FigureDescription",
    "FigureNumber",
    "HagueRegistration",
    "ImportOutcome",
    "LocarnoClass",
    "OrderField",
    "Party",
    "Patent",
    "PatentFilter",
    "PatentOrder",
    "Priority",
    "Reason",
    "RelatedDocument",
    "SevenviewsError",
    "UnknownDates",
    "View",
    "ViewCoverage",
    "ViewMatching",
    "canonical_patent_id",
    "content_key",
    "cosine_by_signs",
    "cosine_of_signs",
    "drawing_id",
    "expand_figures",
    "families",
    "family_keys",
    "figures_between",
    "is_patent_id",
    "is_patent_number",
    "key_of_digest",
    "kin_keys",
    "patent_id_of",
    "size_of_page",
    "without_own_conditions",
]
