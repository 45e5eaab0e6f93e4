"""How much the rank of a patent changes when some of its drawings are hidden, by definition of its score.

Several drawings of a patent ask, the others are hidden in turn, then more and more of them. May import what lab may.
"""
