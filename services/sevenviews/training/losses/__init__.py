"""The losses of the papers, one a file, chosen by `loss: {kind: ...}` in a run's YAML.

Each is a module that takes vectors [n, dimension] and labels [n] and gives a scalar. `level` says which vectors:
the embeddings of the network, or the pooled features below its fully connected layer.
"""
