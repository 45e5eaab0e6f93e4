"""Benchmarks: what the services cost beside the bare stages that they are made of.

Paired, alternating measurements in one run, because the machines are shared: ratios of medians, never single times.
May import everything but the command and the training.
"""
