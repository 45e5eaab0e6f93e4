"""The command `sevenviews`: wires everything, and holds no logic that a library user would miss.

May import every package. One file a command; heavy libraries are imported inside the commands that need them,
so that `sevenviews --help` answers at once.
"""
