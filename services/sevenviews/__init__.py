"""Sevenviews finds design patents that look alike.

The map, a line a package:

    designs    the domain: patents, drawings, views, Locarno classes, filters; pure
    law        the dates of law: prior art, grace periods, by the rules of the offices; pure
    certificates  what a search was asked and has found: sealed, read, compared with its repetition; pure
    ranking    the score of a patent against several query images; pure
    corpus     source documents -> patents with drawings: USPTO bulk data, DeepPatent, PatentNet
    synthetic  designs that we make: parametric articles, drawn and packed as the USPTO packs patents
    images     image bytes -> drawings in black on white: the only decoder, with the only limits
    encoder    drawing -> unit vector: bundle, preprocessing, ONNX session
    runtime    the shared server library: errors, interceptors, server, channels, settings
    backends   wire clients and shared records of the three services behind the gateway
    embedding  the encoder as a Ray Serve application with a gRPC ingress
    vectors    Milvus behind the DesignIndex protocol; releases
    metadata   patents in SQL, drawings in an object store
    gateway    search and import; ranking; over the three services above
    ray_folder where such a Ray keeps its sockets, on a machine of several users
    local_ray  a Ray of this machine alone, started with patience
    training   data, models, losses, Ray Train loop, ONNX export; hashing and classification
    lab        the papers' comparisons: metrics, classic descriptors, clustering, figures, reports
    reconcile  proves that the three stores agree, and repairs them
    refresh    the periodic job: train, gate, re-embed, verify, promote; resumable
    bench      what a search and a refresh cost, beside their bare stages
    rayjob     starts a RayJob on Kubernetes and waits for its end
    client     the Python client
    console    the web page, a client of the gateway
    cli        the command `sevenviews`
    v1         generated from protos/ at install: the public API
    internal   generated likewise: what the services behind the gateway say to each other

The import rule (tests/architecture holds it): `designs` and `certificates` import nothing of ours; `law`, `ranking`
and `images` stand on `designs` alone, `encoder` on both `designs` and `images`, which whoever decodes an image
imports. `corpus` and `runtime` stand on them, `synthetic` on designs alone, `backends` on designs, runtime and the
stubs. A service imports designs, encoder, runtime, backends and the stubs, never another service: they meet on the
wire; `vectors` ranking as well. `lab` stands on designs, ranking, corpus and encoder, `training` on these, on
synthetic and on lab. `reconcile` stands on backends and on the gateway's import, `refresh` on backends, on
training, and on metadata's port to the object store; `bench` on all of these. `console` stands on client, and
is handed what cuts sheets. Only backends and the three services behind the gateway speak
`internal`. `ray_folder` and `local_ray` stand alone, below what starts one. `cli` wires it all.
"""
