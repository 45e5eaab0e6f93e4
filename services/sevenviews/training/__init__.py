"""Trains the encoder: drawings, augmentation, model, loss, the loop on Ray Train, and the ONNX export.

May import designs, corpus, encoder and lab (for the metrics of validation). Needs the extra `training`.
"""
