"""Model of a bridge file: the APIs, and the tools and resources over them."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from mcp.shared.uri_template import InvalidUriTemplate, UriTemplate
from mcp_chassis.server import MAX_TOOLS
from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from rest_mcp.authentication import Auth, ClientCertificate, OAuth
from rest_mcp.batch import Batch
from rest_mcp.changing_words import changes
from rest_mcp.error_fields import ERROR_FIELDS
from rest_mcp.names import (
    FieldPath,
    HeaderName,
    Line,
    Name,
    ParameterName,
    QueryName,
    Request,
    Variable,
    is_header,
    places,
)
from rest_mcp.paging import Paging
from rest_mcp.parameters import Parameter, Part, Place
from rest_mcp.shapes import MAX_SHAPES, Shape

Seconds = Annotated[float, Field(ge=0.05, le=600)]
MediaType = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9.+*-]+/[A-Za-z0-9.+*-]+$")]
MAX_RESOURCES = 20


class Timeouts(Part):
    """Timeouts of one API in seconds. The settings' value is used for those that are None."""

    connect: Seconds | None = None
    read: Seconds | None = None
    write: Seconds | None = None
    pool: Seconds | None = None


class Breaker(Part):
    """Circuit breaker of one API: `failures` without a success within `window` seconds open it for `open` seconds."""

    failures: Annotated[int, Field(ge=1, le=10_000)] | None = None
    window: Seconds | None = None
    open: Seconds | None = None


def _several(value: Any) -> Any:
    """Normalise `auth` to a list of secrets: a single table becomes a list of one, false an empty one."""
    if value is False:
        return ()
    return [value] if isinstance(value, dict | Auth) else value


class Api(Part):
    """One API. Its URL comes from an environment variable: a bridge file cannot choose where secrets are sent."""

    base_url: Variable = "API_BASE_URL"
    document: Annotated[str, Field(max_length=500)] | None = None
    auth: Annotated[tuple[Auth, ...], Field(max_length=4), BeforeValidator(_several)] = (Auth(),)
    oauth: OAuth | None = None
    client_certificate: ClientCertificate | None = None
    headers: Annotated[dict[HeaderName, Line], Field(max_length=20)] = Field(default_factory=dict[str, str])
    timeouts: Timeouts = Timeouts()
    rate: Annotated[float, Field(gt=0, le=10_000)] | None = None
    attempts: Annotated[int, Field(ge=1, le=10)] | None = None
    breaker: Breaker = Breaker()
    error_fields: Annotated[tuple[FieldPath, ...], Field(max_length=20)] = ERROR_FIELDS
    idempotency_header: HeaderName | None = None
    page: Paging | None = None

    @property
    def secrets(self) -> tuple[Auth, ...]:
        """The secrets sent unchanged. With `oauth` the default bearer token is not one of them."""
        return () if self.oauth is not None and "auth" not in self.model_fields_set else self.auth


class RequestSpec(Part):
    """The request of a tool or a resource, and the fields of the response that it returns."""

    name: Name
    title: Line | None = None
    description: Line
    api: Name | None = None
    request: Request
    parameters: dict[ParameterName, Parameter] = Field(default_factory=dict[str, Parameter])
    query: dict[QueryName, str | int | float | bool] = Field(default_factory=dict[str, str | int | float | bool])
    body: dict[QueryName, Any] = Field(default_factory=dict[str, Any])
    encoding: Literal["json", "form"] = "json"
    content_type: MediaType | None = None
    accept: MediaType | None = None
    answer: Literal["object", "list", "text"] = "object"
    result: FieldPath | None = None
    keep: Annotated[tuple[FieldPath, ...], Field(max_length=60)] = ()
    optional: Annotated[tuple[FieldPath, ...], Field(max_length=60)] = ()
    page: Paging | None = None
    deadline: Annotated[float, Field(ge=1, le=600)] | None = None

    @property
    def method(self) -> str:
        return self.request.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.request.partition(" ")[2]

    @property
    def sends_body(self) -> bool:
        """Whether a JSON body is sent even if it is empty, which `body` in the file or in the document demands."""
        return "body" in self.model_fields_set

    @property
    def heading(self) -> str:
        """The title for display: `title`, or one derived from `name`."""
        return self.title or self.name.replace("_", " ").capitalize()

    @property
    def offered(self) -> dict[str, Parameter]:
        """The parameters that a caller can set, by name."""
        return {name: parameter for name, parameter in self.parameters.items() if parameter.offered}

    def place(self, name: str) -> Place:
        """The part of the request that carries a parameter."""
        parameter = self.parameters[name]
        if parameter.place is not None:
            return parameter.place
        if self.field(name) in places(self.request):
            return "path"
        return "query" if self.method in {"GET", "DELETE"} else "body"

    def field(self, name: str) -> str:
        """The name of a parameter in the API's request."""
        return self.parameters[name].field or name

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        in_path = places(self.request)
        given = {self.field(name): name for name in self.parameters if self.place(name) == "path"}
        if missing := sorted(in_path.keys() - given.keys()):
            yield f"has {{{missing[0]}}} in its path and no parameter for it: add one"
        if extra := sorted(given.keys() - in_path.keys()):
            yield f"has the path parameter {given[extra[0]]}, which is not in its path"
        for name in self.parameters:
            yield from self._problems_of(name)
        fields = [(self.place(name), self.field(name)) for name in self.parameters]
        fields += [("query", name) for name in self.query] + [("body", name) for name in self.body]
        if twice := next((field for place, field in fields if fields.count((place, field)) > 1), None):
            yield f"sends {twice} twice"
        if stray := [field for field in self.optional if field not in self.keep]:
            yield f"names {stray[0]} under optional but not under keep"
        if self.body and self.method == "GET":
            yield "has a body, which a GET does not have"

    def _problems_of(self, name: str) -> Iterator[str]:
        """Yield the rules that one parameter breaks because of the part of the request that carries it."""
        parameter = self.parameters[name]
        place = self.place(name)
        if place == "header" and (parameter.fixed is None or not is_header(self.field(name))):
            yield f"sends {name} in a header; it must have a fixed value, and the header must be one that may be set"
        if place == "body" and self.method == "GET":
            yield f"sends {name} in the body, which a GET does not have"
        if place == "path" and (parameter.hidden or not (parameter.needed or parameter.fixed is not None)):
            yield f"must require {name} or fix it: it is part of the path"
        outside = place != "body" or self.encoding == "form"
        if outside and parameter.offered and (problem := parameter.outside_json_problem):
            yield f"sends {name}, {problem}, outside of a JSON body; give it a style, or hide or fix it"
        if place == "path" and parameter.kind == "object" and parameter.style != "json":
            yield f'sends the object {name} in its path, which needs style = "json"'
        if place == "path" and parameter.kind == "array" and parameter.separator is None and parameter.style is None:
            yield f"sends the list {name} in its path without a separator: add one"


class ToolPart(RequestSpec):
    """A tool. Whether it reads or writes is derived from method, name, path and description if the file does not say.

    `safe` allows `check` to call it on the live API. `batch` serves concurrent calls by one request. If there are
    `shapes`, a call must give the arguments of one of them.
    """

    safe: bool = False
    read_only: bool | None = None
    destructive: bool | None = None
    idempotent: bool | None = None
    check: Line | None = None
    batch: Batch | None = None
    shapes: Annotated[tuple[Shape, ...], Field(max_length=MAX_SHAPES)] = ()

    @property
    def reads(self) -> bool:
        if self.read_only is not None:
            return self.read_only
        return self.method == "GET" and not changes(self.name, self.path, self.description)

    def _problems(self) -> Iterator[str]:
        yield from super()._problems()
        if unknown := [name for shape in self.shapes for name in shape.names - self.parameters.keys()]:
            yield f"has shapes of {min(unknown)}, which is not a parameter of it"
        if self.read_only and self.destructive:
            yield "is read_only and destructive, which exclude each other: remove one"
        if self.batch is not None:
            yield from self.batch.problems()
            yield from self._problems_with(self.batch)

    def _problems_with(self, batch: Batch) -> Iterator[str]:
        """Yield the rules of batches that the tool breaks."""
        gathered = self.offered.get(batch.parameter)
        if gathered is None or not gathered.needed or gathered.kind not in ("string", "integer"):
            yield f"has a batch of {batch.parameter}, which must be a required string or integer parameter of the tool"
        if not self.reads or self.answer != "object":
            yield 'has a batch, which only a reading tool with answer = "object" can have'
        if not self.keep:
            yield "has a batch and no keep, which lists the fields that each item must have"

    @property
    def destroys(self) -> bool:
        return self.method in {"GET", "PUT", "PATCH", "DELETE"} if self.destructive is None else self.destructive

    @property
    def repeats(self) -> bool:
        """Whether the tool is idempotent."""
        return self.method in {"PUT", "DELETE"} if self.idempotent is None else self.idempotent


class CodePart(Part):
    """A tool implemented in Python, by the name of its entry point in an installed package."""

    code: Name


class ResourcePart(RequestSpec):
    """A resource, or a resource template if its URI has variables. Its request is always a GET."""

    uri: Annotated[str, Field(max_length=300, pattern=r"^[a-z][a-z0-9+.-]*://[^\s]+$")]

    @model_validator(mode="after")
    def _reads(self) -> Self:
        if self.method != "GET":
            raise ValueError("must be a GET; write a tool for other methods")
        if self.uri.startswith("server:"):
            raise ValueError("uses the scheme server, which is this server's own")
        try:
            variables = set(UriTemplate.parse(self.uri).variable_names)
        except InvalidUriTemplate as exc:
            raise ValueError("has a URI that is not a valid template") from exc
        if variables != set(self.offered):
            raise ValueError("must have the same variables in its URI as parameters")
        return self


def _kind_of_tool(value: object) -> str:
    return "code" if isinstance(value, CodePart) or (isinstance(value, dict) and "code" in value) else "described"


AnyTool = Annotated[
    Annotated[ToolPart, Tag("described")] | Annotated[CodePart, Tag("code")], Discriminator(_kind_of_tool)
]


class Bridge(Part):
    """The content of a bridge file."""

    instructions: Annotated[str, Field(min_length=1, max_length=2_000)]
    apis: Annotated[dict[Name, Api], Field(min_length=1, max_length=10)]
    tools: Annotated[tuple[AnyTool, ...], Field(max_length=MAX_TOOLS)]
    resources: Annotated[tuple[ResourcePart, ...], Field(max_length=MAX_RESOURCES)] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.tools:
            raise ValueError("offers no tool: write one under [[tools]]")
        named = [part.code if isinstance(part, CodePart) else part.name for part in self.tools]
        twice = [name for name in named if named.count(name) > 1]
        uris = [part.uri for part in self.resources]
        twice += [uri for uri in uris if uris.count(uri) > 1]
        if twice:
            raise ValueError(f"has two tools or resources called {twice[0]}")
        for part in self.requests:
            if part.api is not None and part.api not in self.apis:
                raise ValueError(f"has no API called {part.api}, which {part.name} asks")
            if part.api is None and len(self.apis) > 1:
                raise ValueError(f"has several APIs, so {part.name} must name one with api")
        return self

    def api_of(self, spec: RequestSpec) -> str:
        """The name of the API of a tool or resource; the only API of the file if the entry names none."""
        return spec.api or next(iter(self.apis))

    @property
    def requests(self) -> list[RequestSpec]:
        """The tools and resources that send requests: all except tools in code."""
        return [part for part in [*self.tools, *self.resources] if isinstance(part, RequestSpec)]
