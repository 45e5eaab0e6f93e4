"""Trains PatentNet's five classifiers, and a head on given features; single- and multilabel, by class or subclass.

What they are worth is measured by `lab.classification`.
"""
