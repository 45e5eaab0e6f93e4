"""Learns binary codes: hash centres with CSQ's loss, HashNet's loss, the network that gives the bits, its training,
and its export as a bundle.

Their worth is measured by `lab.hashing`.
"""
