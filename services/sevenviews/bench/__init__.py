"""Benchmarks: what the services and the training cost beside the bare stages that they are made of.

Paired, alternating measurements in one run, because the machines are shared: ratios of medians, never single times.
`capacity` computes from such figures how much of what an installation needs.
May import everything but the command.
"""
