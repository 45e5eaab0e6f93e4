"""The port is never shared with another service, as Serve's proxy would do without a word."""

from __future__ import annotations

import socket
import threading

import pytest

from sevenviews.embedding.server import take_port


def serves_proxy() -> socket.socket:
    """A listener such as the proxy's: on all addresses, sharing its port."""
    return socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True, reuse_port=True)


def test_a_port_in_use_is_refused() -> None:
    with serves_proxy() as listener, pytest.raises(OSError, match="in use"):
        take_port(listener.getsockname()[1], seconds=0)


def test_a_predecessors_port_is_waited_for() -> None:
    listener = serves_proxy()
    port = listener.getsockname()[1]
    closing = threading.Timer(0.3, listener.close)
    closing.start()
    take_port(port, seconds=10)
    assert listener.fileno() == -1  # closed before the port was given
    closing.join()
