"""What binary codes are worth: Hamming ranking, mAP@k, the Hamming ball, their curves, and what a search costs.

The networks that make codes are trained in `training.hashing`.
"""
