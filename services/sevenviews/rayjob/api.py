"""The two calls of the Kubernetes API that are needed."""

from __future__ import annotations

import json
import os
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_TIMEOUT_SECONDS = 15.0
_PASSING = {0, 429}
_SERVER_ERROR = 500


class ApiError(Exception):
    """The API refused a call or did not answer.

    Attributes:
        status: of HTTP; 0 where there was no answer.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status

    @property
    def passing(self) -> bool:
        """Whether another try may succeed."""
        return self.status in _PASSING or self.status >= _SERVER_ERROR


@dataclass(frozen=True, slots=True)
class RayJobs:
    """The RayJobs of one namespace.

    Attributes:
        server: https://HOST:PORT of the API.
        namespace: in which they are.
        token: file with the ServiceAccount's token, read at each call because it is renewed.
        ca: file with the CA of the API's certificate; none: a server without TLS.
    """

    server: str
    namespace: str
    token: Path
    ca: Path | None

    @classmethod
    def of_this_pod(cls) -> RayJobs:
        """As Kubernetes tells every pod. Raises KeyError or OSError outside of one."""
        host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
        address = f"[{host}]" if ":" in host else host
        namespace = (_ACCOUNT / "namespace").read_text().strip()
        return cls(f"https://{address}:{port}", namespace, _ACCOUNT / "token", _ACCOUNT / "ca.crt")

    def create(self, manifest: dict[str, Any]) -> str:
        """Create one; its name. Raises ApiError."""
        name: str = self._call("POST", "", manifest)["metadata"]["name"]
        return name

    def get(self, name: str) -> dict[str, Any]:
        """One with its status. Raises ApiError."""
        return self._call("GET", f"/{name}")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  # the address is that of the API
            f"{self.server}/apis/ray.io/v1/namespaces/{self.namespace}/rayjobs{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token.read_text().strip()}",
                "Content-Type": "application/json",
            },
        )
        context = None if self.ca is None else ssl.create_default_context(cafile=str(self.ca))
        # The API is in the cluster, where no proxy leads.
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        try:
            with opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                document: dict[str, Any] = json.load(answer)
                return document
        except urllib.error.HTTPError as error:
            raise ApiError(f"{method} rayjobs{path}: {error.code} {_message(error)}", error.code) from error
        except (OSError, ValueError) as error:
            raise ApiError(f"{method} rayjobs{path}: {error}") from error


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error).get("message", error.reason))
    except ValueError:
        return str(error.reason)
