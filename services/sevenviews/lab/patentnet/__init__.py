"""PatentNet's form of a corpus: labels of a hierarchy, seven views with missing ones, several labels a design.

Any corpus that `sevenviews ingest` reads can be put into it. Statistics, the paper's figures, features, and the
paper's own results to set beside ours.
"""
