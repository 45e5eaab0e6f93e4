"""Which addresses are reached without an HTTP proxy, whatever the environment says.

gRPC takes a proxy from the environment for every channel, and so do Python's HTTP clients. A proxy that knows the way
out knows none into this machine or this cluster: a variable set for downloads would cut the services off from one
another.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

VARIABLES = ("grpc_proxy", "https_proxy", "http_proxy", "all_proxy")
"""In which gRPC and Python's clients look, in either case."""

_CLUSTER_SUFFIXES = (".svc", ".local", ".localhost", ".internal")


def goes_direct(target: str) -> bool:
    """Whether a target is of this machine, of its network or of its cluster.

    Args:
        target: host:port, scheme:///host:port as gRPC has it, or a URL.
    """
    if target.startswith("unix:"):
        return True
    host = _host(target).rstrip(".").lower()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # A single label is found by the search list of a pod or of compose.
        return "." not in host or host.endswith(_CLUSTER_SUFFIXES) or ".svc." in host
    return address.is_loopback or address.is_private or address.is_link_local


def channel_options(target: str) -> list[tuple[str, Any]]:
    """Of a gRPC channel to the target."""
    return [("grpc.enable_http_proxy", 0)] if goes_direct(target) else []


def named(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that name a proxy, each with its host: what else is in it may be secret."""
    found = {name: environment.get(name, "") for one in VARIABLES for name in (one, one.upper())}
    return {name: _host(value) for name, value in found.items() if value}


def _host(target: str) -> str:
    scheme, slashes, rest = target.partition("://")
    if not slashes:
        # "ipv4:10.0.0.7:51234", "dns:name:port"
        head, _, tail = target.partition(":")
        scheme, rest = (head, tail) if head in {"ipv4", "ipv6", "dns"} else ("", target)
    if scheme in {"dns", "ipv4", "ipv6"}:
        rest = rest.rpartition("/")[2]
    return urlsplit(f"//{rest.lstrip('/')}").hostname or ""
