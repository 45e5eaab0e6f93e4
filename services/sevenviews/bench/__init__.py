"""Benchmarks: what the services and the training cost beside the bare stages that they are made of, and beside peers.

Every one gives the same: a Report of Comparisons, each of two ways measured in turn in one run, because the machines
are shared: ratios of pairs, never single times. `results` makes one table of them.
`capacity` computes from such figures how much of what an installation needs.
May import everything but the command.
"""
