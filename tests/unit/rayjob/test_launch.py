"""Starting a RayJob: over a fake of the Kubernetes API that speaks HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from sevenviews.rayjob.api import ApiError, RayJobs
from sevenviews.rayjob.launch import Stopped, launch, owned

BARE: dict[str, Any] = {"kind": "RayJob", "metadata": {"labels": {}}, "spec": {"entrypoint": "x"}}
MANIFEST = owned(BARE, "refresh-x", "uid-1")
PATH = "/apis/ray.io/v1/namespaces/patents/rayjobs"


def state(deployment: str, job: str = "", message: str = "") -> tuple[int, dict[str, Any]]:
    status = {"jobDeploymentStatus": deployment, "jobStatus": job, "message": message}
    return 200, {**MANIFEST, "status": status}


class Api:
    """Answers with what a test lays ready, in order; the last answer again and again."""

    def __init__(self, token: Path) -> None:
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.calls: list[tuple[str, str, str]] = []
        self.bodies: list[dict[str, Any]] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                exists = body["metadata"]["name"] in [one["metadata"]["name"] for one in api.bodies]
                if not exists:
                    api.bodies.append(body)
                self._answer(409 if exists else 201, {"message": "it exists"} if exists else body)

            def do_GET(self) -> None:
                self._answer(*(api.answers.pop(0) if len(api.answers) > 1 else api.answers[0]))

            def _answer(self, code: int, document: dict[str, Any]) -> None:
                api.calls.append((self.command, self.path, self.headers["Authorization"]))
                self.send_response(code)
                self.end_headers()
                self.wfile.write(json.dumps(document).encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.jobs = RayJobs(f"http://127.0.0.1:{self.server.server_port}", "patents", token, None)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    token = tmp_path / "token"
    token.write_text("secret\n")
    api = Api(token)
    thread = threading.Thread(target=api.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield api
    api.server.shutdown()
    thread.join()
    api.server.server_close()


def nothing() -> None:
    return None


def pauses(count: int) -> Callable[[], None]:
    left = [count]

    def pause() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Stopped

    return pause


def test_it_is_created_and_followed_to_its_end(api: Api) -> None:
    api.answers = [
        state("Initializing"),
        state("Running", "RUNNING"),
        state("Complete", "SUCCEEDED", "promoted"),
    ]
    assert launch(api.jobs, MANIFEST, nothing) == (True, "promoted")
    assert api.bodies == [MANIFEST]
    assert api.calls[0] == ("POST", PATH, "Bearer secret")
    assert [call[:2] for call in api.calls[1:]] == [("GET", f"{PATH}/refresh-x")] * 3


@pytest.mark.parametrize(
    "end",
    [state("Failed", "FAILED", "no gate"), state("Complete", "STOPPED"), state("ValidationFailed")],
)
def test_a_bad_end_is_a_failure(api: Api, end: tuple[int, dict[str, Any]]) -> None:
    api.answers = [end]
    succeeded, message = launch(api.jobs, MANIFEST, nothing)
    assert not succeeded
    assert message


def test_an_api_that_fails_for_a_while_is_borne(api: Api) -> None:
    api.answers = [(503, {"message": "busy"})] * 3 + [state("Complete", "SUCCEEDED")]
    assert launch(api.jobs, MANIFEST, nothing, patience=3)[0]


def test_an_api_that_fails_for_long_is_an_error(api: Api) -> None:
    api.answers = [(503, {"message": "busy"})]
    with pytest.raises(ApiError, match="503 busy"):
        launch(api.jobs, MANIFEST, nothing, patience=3)


def test_a_rayjob_that_somebody_deleted_is_an_error_at_once(api: Api) -> None:
    api.answers = [(404, {"message": 'rayjobs.ray.io "refresh-x" not found'})]
    with pytest.raises(ApiError, match="not found"):
        launch(api.jobs, MANIFEST, nothing)
    assert len(api.calls) == 2


def test_a_pod_that_takes_the_place_of_another_watches_what_that_one_began(api: Api) -> None:
    api.answers = [state("Running", "RUNNING")]
    with pytest.raises(Stopped):
        launch(api.jobs, MANIFEST, pauses(2))
    api.answers = [state("Running", "RUNNING"), state("Complete", "SUCCEEDED", "promoted")]
    assert launch(api.jobs, MANIFEST, nothing) == (True, "promoted")
    assert len(api.bodies) == 1
    assert {call[0] for call in api.calls} == {"POST", "GET"}  # nothing was deleted


def test_a_rayjob_of_another_job_is_left_alone(api: Api) -> None:
    api.answers = [state("Running", "RUNNING")]
    with pytest.raises(Stopped):
        launch(api.jobs, MANIFEST, pauses(1))
    with pytest.raises(ApiError, match="belongs to another Job"):
        launch(api.jobs, owned(BARE, "refresh-x", "uid-2"), nothing)


def test_no_answer_at_all_is_an_error(tmp_path: Path, unused_tcp_port: int) -> None:
    token = tmp_path / "token"
    token.write_text("secret")
    jobs = RayJobs(f"http://127.0.0.1:{unused_tcp_port}", "patents", token, None)
    with pytest.raises(ApiError, match="POST rayjobs"):
        launch(jobs, MANIFEST, nothing)


def test_it_goes_with_its_job_and_has_its_name() -> None:
    (owner,) = MANIFEST["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["uid"]) == ("Job", "refresh-x", "uid-1")
    assert MANIFEST["metadata"]["name"] == "refresh-x"
    assert BARE["metadata"] == {"labels": {}}


def test_a_long_name_becomes_one_that_kuberay_takes() -> None:
    names = {owned(BARE, "a" * 50 + end, "uid")["metadata"]["name"] for end in ("-29387465", "-29387466")}
    assert len(names) == 2
    assert all(len(name) == 47 for name in names)
