"""Starting and stopping the embedding service, on a Ray of its own or in a running cluster."""

from __future__ import annotations

import logging
import math
import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass

import ray
import structlog
from ray import serve
from ray.serve.config import HTTPOptions, ProxyLocation, gRPCOptions

from sevenviews.embedding.app import APPLICATION, SERVE_LOGGING, build_application
from sevenviews.embedding.settings import EmbeddingSettings
from sevenviews.local_ray import start_local_ray

log = structlog.get_logger()

_ADD_TO_PROXY = "sevenviews.embedding.proxy.add_to_proxy"
_LOCAL = "local"
_PORT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class RunningEmbedding:
    """A deployed embedding service."""

    address: str
    """host:port of its gRPC."""
    owns_ray: bool
    """Whether Ray was started for it, and ends with it."""

    def stop(self, drain_seconds: float = 0.0) -> None:
        """Refuse new requests, finish those that a replica has, and end what was started here.

        Args:
            drain_seconds: to go on serving before that, while load balancers learn of the end. Health turns only
                afterwards, because it is answered by the replicas.
        """
        time.sleep(drain_seconds)
        serve.delete(APPLICATION)
        if self.owns_ray:
            serve.shutdown()  # type: ignore[no-untyped-call]
        ray.shutdown()
        log.info("stopped", service=APPLICATION)


def start(settings: EmbeddingSettings) -> RunningEmbedding:
    """Deploy the service and return when it answers: after some ten seconds where a Ray has to be started.

    A process starts one at a time, because Ray allows it one connection.

    Raises:
        OSError: the port is taken.
        RuntimeError: no replica could be started.
    """
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    owns_ray = settings.ray_address == _LOCAL
    if owns_ray:
        take_port(settings.port, _PORT_SECONDS)
        _start_ray(settings)
    else:
        ray.init(address=settings.ray_address, log_to_driver=settings.log_to_driver)
    serve.start(
        proxy_location=ProxyLocation.HeadOnly if owns_ray else ProxyLocation.EveryNode,
        http_options=HTTPOptions(host="127.0.0.1", port=settings.http_port or _free_port()),
        grpc_options=gRPCOptions(
            port=settings.port,
            grpc_servicer_functions=[_ADD_TO_PROXY],
            request_timeout_s=settings.request_seconds,
        ),
        logging_config=SERVE_LOGGING,
    )
    serve.run(build_application(settings), name=APPLICATION, route_prefix="/")
    address = f"{settings.host}:{settings.port}"
    log.info("listening", service=APPLICATION, address=address)
    return RunningEmbedding(address, owns_ray)


def ray_environment(settings: EmbeddingSettings) -> Mapping[str, str]:
    """What the processes of a local Ray are told by their environment, because no argument says it.

    In a running cluster these belong into the environment of its nodes.
    """
    return {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_SERVE_GRPC_MAX_MESSAGE_SIZE": str(settings.max_message_bytes),
        # Ray would start replicas at a niceness of 15. Somebody waits for what they answer: beside anything else that
        # computes they would get a thirtieth of a core.
        "RAY_worker_niceness": "0",
    }


def _start_ray(settings: EmbeddingSettings) -> None:
    for name, value in ray_environment(settings).items():
        os.environ.setdefault(name, value)
    replicas = settings.max_replicas or settings.num_replicas
    start_local_ray(
        # What Ray schedules by, not what it uses: with fewer cores than replicas they still all start.
        num_cpus=max(1, math.ceil(replicas * settings.num_cpus)),
        object_store_memory=settings.object_store_bytes,
        include_dashboard=False,
        log_to_driver=settings.log_to_driver,
        logging_level=logging.WARNING,
        _metrics_export_port=settings.metrics_port or None,
    )


def take_port(port: int, seconds: float) -> None:
    """Make sure that nobody listens on the port, waiting for a killed predecessor's proxy to be gone.

    Serve's proxy sets SO_REUSEPORT: it would silently share the port with another service, and each would get
    some of the other's requests.

    Raises:
        OSError: somebody still listens after so many seconds.
    """
    give_up = time.monotonic() + seconds
    while True:
        try:
            with socket.create_server(("", port)):
                return
        except OSError:
            if time.monotonic() > give_up:
                raise
        time.sleep(0.2)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
