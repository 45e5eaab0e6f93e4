"""Sevenviews finds design patents that look alike.

The map, a line a package:

    designs    the domain: patents, drawings, views, Locarno classes, filters; pure
    corpus     source documents -> patents with drawings: USPTO bulk data, DeepPatent, PatentNet, synthetic
    encoder    image bytes -> unit vector: bundle, preprocessing, ONNX session
    runtime    the shared server library: errors, interceptors, server, channels, settings
    embedding  the encoder as a Ray Serve application with a gRPC ingress
    vectors    Milvus behind the DesignIndex protocol; releases
    metadata   patents in SQL, drawings in an object store
    gateway    search and import; ranking; clients of the three services above
    training   data, model, loss, loop, ONNX export
    lab        retrieval metrics and classic descriptors, for comparison
    bench      what a search costs, beside its bare stages
    reconcile  proves that the three stores agree, and repairs them
    rayjob     starts a RayJob on Kubernetes and waits for its end
    client     the Python client
    cli        the command `sevenviews`
    v1         generated from protos/ at install

The import rule (tests/architecture holds it): `designs` and `encoder` import nothing of ours, but encoder may
use designs. `corpus` and `runtime` stand on them. A service imports designs, encoder, runtime and v1, never
another service: they meet on the wire. `lab` stands on designs, corpus and encoder, `training` on these and
lab. `reconcile` stands on the gateway, `bench` on all of these. `cli` wires it all.
"""
