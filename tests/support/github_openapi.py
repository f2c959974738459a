"""GitHub's own OpenAPI description as judge over every request and every answer."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DESCRIPTION = Path("@octokit/openapi/generated/api.github.com.json")
SERVED = ("/repos/", "/search/", "/user", "/rate_limit", "/orgs/", "/notifications", "/app")
WHOLE_PATH_VARIABLES = {"path", "ref", "basehead"}
STATUSES_OF_EVERY_OPERATION = {"301", "304", "307", "401", "403", "404", "406", "422", "429", "451"}


class Operation(NamedTuple):
    method: str
    path: str
    definition: Mapping[str, Any]


class Description:
    """The document, read once; schemas are turned from OpenAPI 3.0 into JSON Schema when they are first needed."""

    def __init__(self, document: Path) -> None:
        self.document: dict[str, Any] = json.loads(document.read_bytes())
        self.registry: Registry[Any] = Registry(retrieve=self._component)  # pyright: ignore[reportCallIssue]

    @lru_cache(maxsize=4096)  # noqa: B019 - one description a session
    def _component(self, uri: str) -> Resource[Any]:
        return Resource(self.converted(self.document["components"]["schemas"][uri.removeprefix("gh:")]), DRAFT202012)

    def converted(self, schema: Any) -> Any:
        """One schema as JSON Schema 2020-12: `nullable` becomes a type, references become addresses of the registry."""
        if isinstance(schema, list):
            return [self.converted(each) for each in cast("list[Any]", schema)]
        return self._converted_object(cast("dict[str, Any]", schema)) if isinstance(schema, dict) else schema

    def _converted_object(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            return {"$ref": "gh:" + schema["$ref"].rpartition("/")[2]}
        dropped = {"example", "examples", "nullable", "discriminator"}
        plain: dict[str, Any] = {key: self.converted(value) for key, value in schema.items() if key not in dropped}
        if "oneOf" in plain:
            plain["anyOf"] = plain.pop("oneOf")  # file, link and directory overlap in the published description
        return {"anyOf": [{"type": "null"}, plain]} if schema.get("nullable") else plain

    @cached_property
    def operations(self) -> dict[str, list[tuple[re.Pattern[str], Operation]]]:
        found: dict[str, list[tuple[re.Pattern[str], Operation]]] = {}
        for path, methods in self.document["paths"].items():
            if not path.startswith(SERVED):
                continue
            for method, definition in methods.items():
                operation = Operation(method.upper(), path, definition)
                found.setdefault(method.upper(), []).append((_pattern(path), operation))
        for candidates in found.values():
            candidates.sort(key=lambda pair: (_greedy(pair[1].path), pair[1].path.count("{"), -len(pair[1].path)))
        return found

    def operation(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        for pattern, operation in self.operations.get(method, []):
            if match := pattern.fullmatch(path):
                return operation, match.groupdict()
        return None

    def parameters(self, operation: Operation) -> Iterator[Mapping[str, Any]]:
        for parameter in operation.definition.get("parameters", []):
            if "$ref" in parameter:
                yield self.document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
            else:
                yield parameter

    def responses(self, operation: Operation) -> dict[str, Mapping[str, Any]]:
        shared = self.document["components"]["responses"]
        return {
            status: shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
            for status, answer in operation.definition["responses"].items()
        }

    @lru_cache(maxsize=512)  # noqa: B019 - one description a session
    def validator(self, schema: str) -> Draft202012Validator:
        return Draft202012Validator(self.converted(json.loads(schema)), registry=self.registry)

    def faults(self, schema: Mapping[str, Any], value: Any) -> list[str]:
        validator: Any = self.validator(json.dumps(schema, sort_keys=True))
        errors: list[Any] = list(validator.iter_errors(value))
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in errors]

    def request_faults(self, method: str, path: str, query: list[tuple[str, str]], body: bytes) -> list[str]:
        """Whatever GitHub's description does not allow in this request; unknown names count."""
        found = self.operation(method, path)
        if found is None:
            return [f"{method} {path}: no such operation"]
        operation, variables = found
        faults = [*self._variable_faults(operation, variables), *self._query_faults(operation, query)]
        faults += self._body_faults(operation, body)
        return [f"{method} {operation.path}: {fault}" for fault in faults]

    def _variable_faults(self, operation: Operation, variables: Mapping[str, str]) -> Iterator[str]:
        schemas = {p["name"]: p["schema"] for p in self.parameters(operation) if p["in"] == "path"}
        for name, value in variables.items():
            yield from self.faults(schemas[name], _typed(unquote(value), schemas[name]))

    def _query_faults(self, operation: Operation, query: list[tuple[str, str]]) -> Iterator[str]:
        known = {p["name"]: p for p in self.parameters(operation) if p["in"] == "query"}
        for name, value in query:
            if name == "after" and "page" in known:
                continue  # only GitHub's own links bring it; the description does not know it
            if name not in known:
                yield f"unknown query parameter {name}"
            else:
                yield from (
                    f"{name}: {f}" for f in self.faults(known[name]["schema"], _typed(value, known[name]["schema"]))
                )
        given = [name for name, _ in query]
        yield from (f"query parameter {name} twice" for name in set(given) if given.count(name) > 1)
        yield from (f"missing {name}" for name, p in known.items() if p.get("required") and name not in given)
        sizes = [int(value) for name, value in query if name == "per_page" and value.isdigit()]
        yield from (f"per_page {size} is beyond GitHub's 100" for size in sizes if not 1 <= size <= 100)

    def _body_faults(self, operation: Operation, body: bytes) -> Iterator[str]:
        described = operation.definition.get("requestBody")
        if described is None:
            if body:
                yield "a body where none is described"
            return
        if not body and not described.get("required"):
            return
        schema = described["content"]["application/json"]["schema"]
        value = json.loads(body or b"null")
        yield from self.faults(schema, value)
        unknown = set(value) - set(schema.get("properties", {}))
        yield from (f"unknown body property {name}" for name in sorted(unknown))

    def answer_faults(self, method: str, path: str, status: int, media_type: str, body: bytes) -> list[str]:
        """Whatever GitHub's description does not allow in this answer."""
        found = self.operation(method, path)
        if found is None:
            return [f"{method} {path}: no such operation"]
        operation, _ = found
        described = self.responses(operation).get(str(status))
        name = f"{method} {operation.path} {status}"
        if described is None:
            return [] if str(status) in STATUSES_OF_EVERY_OPERATION else [f"{name}: not described"]
        kind = media_type.partition(";")[0].removesuffix("+json")
        content = described.get("content", {}).get(kind)
        if content is None or not body or not kind.endswith(("json", "object")):
            return []
        return [f"{name}: {fault}" for fault in self.faults(content["schema"], json.loads(body))]

    def examples(self, method: str, path: str) -> Iterator[tuple[str, Any]]:
        """Every successful response example of one operation, with its name; an ellipsis in a list is left out."""
        operation = Operation(method, path, self.document["paths"][path][method.lower()])
        for status, answer in self.responses(operation).items():
            for content in answer.get("content", {}).values() if status.startswith("2") else ():
                for name, example in content.get("examples", {}).items():
                    value = self._shown(example)
                    yield name, _without_ellipsis(value)

    def example_answer(self, method: str, path: str) -> tuple[int, Any]:
        """The status and body of the first success that the operation of a request shows."""
        found = self.operation(method, path)
        if found is None:
            return 404, {"message": "Not Found", "documentation_url": "", "status": "404"}
        operation, _ = found
        status = next(status for status in self.responses(operation) if status[0] in "23")
        shown = next((value for _, value in self.examples(operation.method, operation.path)), None)
        return int(status), shown

    def _shown(self, example: Any) -> Any:
        """The value of an example, however often it is referred on."""
        shared: dict[str, Any] = self.document["components"]["examples"]
        while isinstance(example, dict):
            fields = cast("dict[str, Any]", example)
            if not fields.keys() & {"$ref", "value"}:
                return fields
            reference = fields.get("$ref")
            example = shared[reference.rpartition("/")[2]] if reference else fields["value"]
        return example


def _without_ellipsis(value: Any) -> Any:
    """A page of a search whose items are left out in the description."""
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Any]", value)
    return {**fields, "items": []} if fields.get("items") == ["..."] else fields


def _greedy(path: str) -> bool:
    return any(f"{{{name}}}" in path for name in WHOLE_PATH_VARIABLES)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{([^}]+)\}", path)
    pattern = "".join(
        re.escape(part)
        if index % 2 == 0
        else f"(?P<{part.replace('-', '_')}>{'.*' if part in WHOLE_PATH_VARIABLES else '[^/]+'})"
        for index, part in enumerate(parts)
    )
    return re.compile(pattern)


def _typed(value: str, schema: Mapping[str, Any]) -> Any:
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if schema.get("type") == "boolean" and value in ("true", "false"):
        return value == "true"
    return value
