"""The networks: a backbone of torchvision's or Sketch-a-Net, GeM pooling, L2, fully connected, L2; in one or two
branches; and what weights they begin with.
"""
