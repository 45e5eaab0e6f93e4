"""A failed test must not make all later ones wait for gRPC.

A grpc.aio server that a failed test has left running is collected as garbage in the midst of some later test. With it
goes the last of what holds gRPC's poller; the collector then joins the poller's thread, which waits for the call that
the server still waits for: for good. Whichever test runs then hangs, and so does the end of the run. (Seen with
grpcio 1.85; pytest-xdist had nothing to do with it, but to make a machine busy enough for a test to fail.)

So such servers are never collected.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable

import grpc


def pytest_configure() -> None:
    grpc.aio.server = _immortal(grpc.aio.server)


def _immortal(make: Callable[..., grpc.aio.Server]) -> Callable[..., grpc.aio.Server]:
    @functools.wraps(make)
    def server(*arguments: object, **options: object) -> grpc.aio.Server:
        made = make(*arguments, **options)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(made))
        return made

    return server
