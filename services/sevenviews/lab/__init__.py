"""Measures retrieval, and the classic descriptors that a model is compared with.

May import designs, corpus and encoder. Needs the extra `lab`.
"""
