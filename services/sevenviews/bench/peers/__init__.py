"""What a user would take instead: faiss behind grpc.aio, LanceDB, LitServe; the same model and vectors, one run.

Not ChromaDB, which brings an onnxruntime of its own into the place of ours.
"""
