"""Images as the Chinese office (CNIPA) names them, after the design's number and the view: 主视图, 立体图."""

from sevenviews.corpus.cnipa.names import is_cnipa_file
from sevenviews.corpus.cnipa.reader import cnipa_entries

__all__ = ["cnipa_entries", "is_cnipa_file"]
