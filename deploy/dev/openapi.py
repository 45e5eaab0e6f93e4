"""The public API as a gateway with a JSON transcoder serves it: OpenAPI 3 from the protos and their http rules.

    python deploy/dev/protos.py openapi > protos/openapi.json

Names and values are those of protobuf's JSON: lowerCamelCase, 64-bit numbers and bytes (base 64) as strings, enums by
name. A call that streams takes and gives an array. Comments of the protos become descriptions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)

Schema = dict[str, Any]
Field = FieldDescriptorProto

PUBLIC = "sevenviews.v1"
_STATUS = "google.rpc.Status"
_VARIABLE = re.compile(r"{(\w+)}")
_SCALARS: Mapping[int, Schema] = {
    Field.TYPE_DOUBLE: {"type": "number", "format": "double"},
    Field.TYPE_FLOAT: {"type": "number", "format": "float"},
    Field.TYPE_INT64: {"type": "string", "format": "int64"},
    Field.TYPE_INT32: {"type": "integer", "format": "int32"},
    Field.TYPE_BOOL: {"type": "boolean"},
    Field.TYPE_STRING: {"type": "string"},
    Field.TYPE_BYTES: {"type": "string", "format": "byte"},
}
_WELL_KNOWN: Mapping[str, Schema] = {
    "google.protobuf.Duration": {"type": "string", "description": 'Seconds: "0.25s".'},
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.FieldMask": {"type": "string", "description": "Paths of fields, separated by commas."},
}
_FAILURE: Schema = {
    "type": "object",
    "description": "Of a call that failed. One of the details is a google.rpc.ErrorInfo, whose reason is a name of "
    "sevenviews.v1.ErrorReason without its prefix.",
    "properties": {
        "code": {"type": "integer", "format": "int32", "description": "A google.rpc.Code."},
        "message": {"type": "string", "description": "For people; programs branch on the reason."},
        "details": {"type": "array", "items": {"type": "object"}},
    },
}


def document(files: FileDescriptorSet, version: str) -> Schema:
    """The OpenAPI document of all services in PUBLIC. The files hold their comments and all that they import."""
    protos = Protos(files)
    paths: dict[str, Schema] = {}
    for service, method, comment in protos.methods():
        verb, path, operation = _operation(protos, service, method, comment)
        paths.setdefault(path, {})[verb] = operation
    schemas = {**protos.used(), _STATUS: _FAILURE}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Sevenviews",
            "description": "Finds design patents that look alike. The servers speak gRPC; a proxy that transcodes "
            "JSON by the http rules of the protos serves this.",
            "version": version,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


class Protos:
    """The files, by what they declare; keeps which messages and enums were asked for."""

    def __init__(self, files: FileDescriptorSet) -> None:
        self._files = [file for file in files.file if file.package == PUBLIC]
        self._comments: dict[str, str] = {}
        self._messages: dict[str, DescriptorProto] = {}
        self._enums: dict[str, EnumDescriptorProto] = {}
        self._used: dict[str, Schema] = {}
        for file in files.file:
            self._read(file)

    def methods(self) -> Iterator[tuple[ServiceDescriptorProto, MethodDescriptorProto, str]]:
        """Of all public services, with their comments."""
        for file in self._files:
            for service in file.service:
                for method in service.method:
                    yield service, method, self._comments.get(f"{PUBLIC}.{service.name}.{method.name}", "")

    def message(self, name: str) -> DescriptorProto:
        return self._messages[name.lstrip(".")]

    def reference(self, name: str) -> Schema:
        """To the schema of a message or an enum, which then is among those that are used."""
        full_name = name.lstrip(".")
        if full_name in _WELL_KNOWN:
            return dict(_WELL_KNOWN[full_name])
        if full_name not in self._used:
            self._used[full_name] = {}  # a message may hold itself
            enum = self._enums.get(full_name)
            made = self._object(full_name) if enum is None else self._names(full_name, enum)
            self._used[full_name] = made
        return {"$ref": f"#/components/schemas/{full_name}"}

    def used(self) -> Mapping[str, Schema]:
        return self._used

    def field(self, message: str, field: FieldDescriptorProto) -> Schema:
        """The schema of a field's values, with its comment."""
        entry = self._messages.get(field.type_name.lstrip("."))
        repeated = field.label == Field.LABEL_REPEATED
        if entry is not None and entry.options.map_entry:
            schema: Schema = {"type": "object", "additionalProperties": self._single(entry.field[1])}
        elif repeated:
            schema = {"type": "array", "items": self._single(field)}
        else:
            schema = self._single(field)
        comment = self._comments.get(f"{message.lstrip('.')}.{field.name}", "")
        if not comment:
            return schema
        # Beside a reference nothing else would count.
        return (
            {"allOf": [schema], "description": comment}
            if "$ref" in schema
            else {**schema, "description": comment}
        )

    def _single(self, field: FieldDescriptorProto) -> Schema:
        return dict(_SCALARS[field.type]) if field.type in _SCALARS else self.reference(field.type_name)

    def _object(self, name: str) -> Schema:
        fields = {one.json_name: self.field(name, one) for one in self._messages[name].field}
        return _described({"type": "object", "properties": fields}, self._comments.get(name, ""))

    def _names(self, name: str, enum: EnumDescriptorProto) -> Schema:
        parts = [self._comments.get(name, "")]
        parts += [
            f"- {value.name}: {comment}"
            for value in enum.value
            if (comment := self._comments.get(f"{name}.{value.name}", ""))
        ]
        schema = {"type": "string", "enum": [value.name for value in enum.value]}
        return _described(schema, "\n".join(filter(None, parts)))

    def _read(self, file: FileDescriptorProto) -> None:
        at = {tuple(one.path): one.leading_comments for one in file.source_code_info.location}

        def note(path: tuple[int, ...], name: str) -> str:
            self._comments[name] = _unwrapped(at.get(path, ""))
            return name

        def messages(declared: Any, path: tuple[int, ...], scope: str) -> None:
            for number, message in enumerate(declared):
                here = (*path, number)
                name = note(here, f"{scope}.{message.name}")
                self._messages[name] = message
                for position, field in enumerate(message.field):
                    note((*here, 2, position), f"{name}.{field.name}")
                messages(message.nested_type, (*here, 3), name)

        messages(file.message_type, (4,), file.package)
        for number, enum in enumerate(file.enum_type):
            name = note((5, number), f"{file.package}.{enum.name}")
            self._enums[name] = enum
            for position, value in enumerate(enum.value):
                note((5, number, 2, position), f"{name}.{value.name}")
        for number, service in enumerate(file.service):
            for position, method in enumerate(service.method):
                note((6, number, 2, position), f"{file.package}.{service.name}.{method.name}")


def _operation(
    protos: Protos, service: ServiceDescriptorProto, method: MethodDescriptorProto, comment: str
) -> tuple[str, str, Schema]:
    rule = method.options.Extensions[annotations_pb2.http]
    verb = rule.WhichOneof("pattern")
    path = getattr(rule, verb)
    in_path = set(_VARIABLE.findall(path))
    request = protos.message(method.input_type)
    operation: Schema = {
        "operationId": f"{service.name}_{method.name}",
        "tags": [service.name],
        "summary": re.split(r"(?<=\.)\s", comment, maxsplit=1)[0],
        "description": comment,
    }
    parameters = [
        {
            "name": field.name if field.name in in_path else field.json_name,
            "in": "path" if field.name in in_path else "query",
            "required": field.name in in_path,
            "schema": protos.field(method.input_type, field),
        }
        for field in request.field
        if field.name in in_path or not rule.body
    ]
    if parameters:
        operation["parameters"] = parameters
    if rule.body:
        body = _streamed(protos.reference(method.input_type), method.client_streaming)
        operation["requestBody"] = {"required": True, "content": _json(body)}
    answer = _streamed(protos.reference(method.output_type), method.server_streaming)
    failure = {"$ref": f"#/components/schemas/{_STATUS}"}
    operation["responses"] = {
        "200": {"description": "The answer.", "content": _json(answer)},
        "default": {"description": "It failed.", "content": _json(failure)},
    }
    return verb, path, operation


def _streamed(schema: Schema, streamed: bool) -> Schema:
    return {"type": "array", "items": schema} if streamed else schema


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _described(schema: Schema, comment: str) -> Schema:
    return {**schema, "description": comment} if comment else schema


def _unwrapped(comment: str) -> str:
    """A line for each paragraph and item of a list, as Markdown wants them; what is indented stays as it is drawn."""
    lines: list[str] = []
    for wrapped in comment.strip("\n").splitlines():
        line = wrapped.removeprefix(" ").rstrip()
        before = lines[-1] if lines else ""
        begins = not before or not line or line.startswith("- ")
        drawn = line.startswith(" ") and not before.startswith("- ")
        if begins or drawn:
            lines.append(line)
        else:
            lines[-1] = f"{before} {line.lstrip()}"
    return "\n".join(lines).strip()
