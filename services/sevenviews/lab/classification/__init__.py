"""What a classifier is worth: top-k, class by class, confusion, consistency with the hierarchy, calibration.

The networks are trained in `training.classification`.
"""
