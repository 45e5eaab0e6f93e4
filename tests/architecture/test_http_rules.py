"""The http rules of the public API, by which a proxy such as Envoy serves it as JSON; the OpenAPI made from them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from google.api import annotations_pb2, http_pb2
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor

from tests.conftest import ROOT
from tests.descriptors import all_methods

PUBLIC = {
    method.full_name: method for method in all_methods() if method.full_name.startswith("sevenviews.v1.")
}
OPENAPI: Any = json.loads((ROOT / "protos/openapi.json").read_text())


def rule_of(method: MethodDescriptor) -> http_pb2.HttpRule:
    return method.GetOptions().Extensions[annotations_pb2.http]


def verb_and_path(method: MethodDescriptor) -> tuple[str, str]:
    rule = rule_of(method)
    verb = str(rule.WhichOneof("pattern"))
    return verb, getattr(rule, verb)


def variables(method: MethodDescriptor) -> list[str]:
    return re.findall(r"{([^}]*)}", verb_and_path(method)[1])


def test_what_is_internal_has_no_rule() -> None:
    ruled = {one.full_name for one in all_methods() if rule_of(one).WhichOneof("pattern")}
    assert ruled == set(PUBLIC)


def test_no_two_methods_answer_the_same_path() -> None:
    shapes = Counter(
        (verb, re.sub(r"{[^}]*}", "{}", path)) for verb, path in map(verb_and_path, PUBLIC.values())
    )
    assert set(shapes.values()) == {1}


@pytest.mark.parametrize("name", PUBLIC)
def test_a_rule_is_well_formed(name: str) -> None:
    method = PUBLIC[name]
    verb, path = verb_and_path(method)
    assert verb in {"get", "post"}
    assert re.fullmatch(r"/v1(/[a-z]+|/{[a-z_]+})+(:[a-z]+)?", path)
    for variable in variables(method):
        field = method.input_type.fields_by_name[variable]
        assert field.type == FieldDescriptor.TYPE_STRING
        assert not field.is_repeated
    # A request of several messages can only be a body, and GET has none.
    assert rule_of(method).body == ("" if verb == "get" else "*")
    assert verb == "post" or not (method.client_streaming or method.server_streaming)


@pytest.mark.parametrize("name", PUBLIC)
def test_without_a_body_every_field_fits_into_the_address(name: str) -> None:
    method = PUBLIC[name]
    if rule_of(method).body:
        return
    others = [field for field in method.input_type.fields if field.name not in variables(method)]
    assert [
        field.name for field in others if field.message_type or field.type == FieldDescriptor.TYPE_BYTES
    ] == []


def test_the_openapi_file_is_made_from_the_protos() -> None:
    """If not: python deploy/dev/protos.py openapi > protos/openapi.json."""
    command = [sys.executable, "deploy/dev/protos.py", "openapi"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(made.stdout) == OPENAPI


def test_the_openapi_file_has_every_method() -> None:
    for method in PUBLIC.values():
        verb, path = verb_and_path(method)
        operation = OPENAPI["paths"][path][verb]
        assert operation["operationId"] == f"{method.containing_service.name}_{method.name}"
        assert operation["summary"].endswith(".")
        in_path = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"]
        assert in_path == variables(method)


def test_what_the_openapi_file_refers_to_is_there() -> None:
    schemas = OPENAPI["components"]["schemas"]
    referred = set(references(OPENAPI))
    assert {f"#/components/schemas/{name}" for name in schemas} == referred
    assert {"allOf", "description"} == set(schemas["sevenviews.v1.Patent"]["properties"]["filingDate"])


def references(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        for key, value in document.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(document, list):
        for value in document:
            yield from references(value)
