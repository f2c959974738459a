"""One tool's or resource's way to its API and back: arguments become a request, an answer becomes a result."""

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol, cast
from uuid import uuid4

from mcp_chassis.failures import InvalidInput
from mcp_chassis.http.response import Response
from mcp_chassis.pipeline.caller import current_principal
from mcp_chassis.results import Page, Result, TextPage
from mcp_chassis.upstream.retry import Repeat
from pydantic import BaseModel

from rest_mcp.bridge import Api, Asking, Paging, ToolPart
from rest_mcp.fields import exact, fields_of, items_of, kept, object_model, page_model, tree_of, written
from rest_mcp.paging import asked, following, total
from rest_mcp.parameters import Parameter

MOST_PAGES = 10
Arguments = Mapping[str, Any]


class Apis(Protocol):
    """The APIs of the bridge, which `connect` yields."""

    async def request(
        self, name: str, method: str, path: str, values: Mapping[str, Any], **request: Any
    ) -> Response: ...


class Route:
    """Made once for each tool and resource; `answers` is what it answers."""

    def __init__(self, asking: Asking, api_name: str, api: Api) -> None:
        self.asking = asking
        self.paging = self._paging(api) if asking.answer == "list" else None
        self.idempotency_header = api.idempotency_header
        self._api_name = api_name
        self._tree = tree_of(asking.keep)
        self.answers = self._answers()

    async def tool(self, apis: Apis, arguments: Arguments) -> Result | TextPage:
        """One call: one page of a list, an object, or a text."""
        position, key = arguments.get("cursor"), arguments.get("idempotency_key")
        params = self._sent("query", arguments)
        query = asked(self.paging, position, params) if self.paging else params
        answer = await self._ask(apis, arguments, query, key)
        return self._result(answer, position, params)

    async def resource(self, apis: Apis, arguments: Arguments) -> Result | TextPage:
        """The whole list, up to ten pages of it; an object or a text."""
        page = await self.tool(apis, arguments)
        if not isinstance(page, Page):
            return page
        items: list[Any] = list(cast("Any", page).items)
        for _ in range(MOST_PAGES - 1):
            if page.next_cursor is None:
                break
            page = cast("Page", await self.tool(apis, {**arguments, "cursor": page.next_cursor}))
            items += cast("Any", page).items
        whole = page.model_copy(update={"items": items, "next_cursor": None})
        return whole if page.next_cursor is None else whole.model_copy(update={"truncated": True})

    def _answers(self) -> type[Result] | type[TextPage]:
        match self.asking.answer:
            case "text":
                return TextPage
            case "list":
                return page_model(self.asking.name, self.asking.keep)
            case "object":
                return object_model(self.asking.name, self.asking.keep)

    async def _ask(self, apis: Apis, arguments: Arguments, query: Arguments, key: str | None) -> Response:
        asking = self.asking
        body = {**asking.body, **self._sent("body", arguments)}
        nested = _nested(body) if asking.encoding == "json" else body
        return await apis.request(
            self._api_name,
            asking.method,
            asking.path,
            self._sent("path", arguments),
            params={**asking.query, **query},
            json=nested if asking.encoding == "json" and asking.method != "GET" and nested else None,
            form=nested if asking.encoding == "form" and nested else None,
            headers={**self._once(key), **self._media_types()},
            repeat=self._repeat(),
            check=asking.check or "" if isinstance(asking, ToolPart) else "",
        )

    def _sent(self, place: str, arguments: Arguments) -> dict[str, Any]:
        """The values that go to one place of the request, under the API's own names and in its styles."""
        sent: dict[str, Any] = {}
        in_json = place == "body" and self.asking.encoding == "json"
        for name, parameter in self.asking.parameters.items():
            value = parameter.fixed if parameter.fixed is not None else arguments.get(name)
            if self.asking.place(name) != place or value is None or parameter.hidden:
                continue
            field, plain = self.asking.field(name), with_numbers(_plain(value), parameter) if in_json else _plain(value)
            sent |= {field: plain} if in_json else styled(field, plain, parameter, in_path=place == "path")
        return sent

    def _result(self, answer: Response, position: str | None, params: Arguments) -> Result | TextPage:
        asking = self.asking
        if not issubclass(self.answers, Result):
            return TextPage(answer.text)
        if self._writes and (done := written(answer, asking.result)) is not None:
            return self.answers.model_validate(done)
        if asking.answer == "object":
            return self.answers.model_validate(exact(fields_of(answer, asking.result, self._tree)))
        found = items_of(answer, asking.result)
        items = exact(kept(found, self._tree))
        if self.paging is None:
            return self.answers.model_validate({"items": items})
        goes_on = following(self.paging, answer, found, position, params)
        return self.answers.model_validate(
            {"items": items, "next_cursor": goes_on, "total": total(self.paging, answer)}
        )

    def _repeat(self) -> Repeat:
        part = self.asking
        if not isinstance(part, ToolPart) or part.reads:
            return Repeat.READ
        return Repeat.ONCE if part.repeats or self.idempotency_header else Repeat.NEVER

    def _once(self, key: str | None) -> dict[str, str]:
        """The API's idempotency header: the caller's key for this tool and no other, else one for this call alone."""
        part = self.asking
        if self.idempotency_header is None or not isinstance(part, ToolPart) or part.reads:
            return {}
        own = hashlib.sha256(f"{current_principal()}\0{part.name}\0{key}".encode()).hexdigest() if key else uuid4().hex
        return {self.idempotency_header: own}

    def _media_types(self) -> dict[str, str]:
        asking = self.asking
        wanted = asking.accept or ("*/*" if asking.answer == "text" or self._writes else None)
        sent = {"content-type": asking.content_type} if asking.content_type else {}
        return {**sent, **({"accept": wanted} if wanted else {})}

    @property
    def _writes(self) -> bool:
        return isinstance(self.asking, ToolPart) and not self.asking.reads

    def _paging(self, api: Api) -> Paging | None:
        paging = self.asking.page or api.page
        return None if paging is None or paging.kind == "none" else paging


def styled(field: str, value: Any, parameter: Parameter, *, in_path: bool) -> dict[str, Any]:
    """A value outside of a JSON body: a joined list, an object as `field[name]`, or the value as it is."""
    if isinstance(value, list) and parameter.separator is not None:
        return {field: parameter.separator.join(_text(item) for item in cast("list[Any]", value))}
    if isinstance(value, dict):
        return {f"{field}[{name}]": each for name, each in cast("dict[str, Any]", value).items()}
    return {field: _text(value) if in_path else value}


def with_numbers(value: Any, parameter: Parameter) -> Any:
    """A value of a JSON body whose int64 numbers, which callers may give as digits, are numbers."""
    if parameter.format == "int64":
        return int(value)
    if isinstance(value, list) and parameter.items is not None:
        return [with_numbers(item, parameter.items) for item in cast("list[Any]", value)]
    if isinstance(value, dict) and parameter.properties is not None:
        parts = {part.field or name: part for name, part in parameter.properties.items()}
        fields = cast("dict[str, Any]", value)
        return {name: with_numbers(each, parts[name]) if name in parts else each for name, each in fields.items()}
    return cast("Any", value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_none=True, by_alias=True)
    return [_plain(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def _nested(body: Arguments) -> dict[str, Any]:
    """`customer.name` becomes a name inside a customer.

    Raises:
        InvalidInput: where one name is both a value and an object.
    """
    whole: dict[str, Any] = {}
    for path, value in body.items():
        *above, last = path.split(".")
        below = whole
        for step in above:
            inner: Any = below.setdefault(step, {})
            if not isinstance(inner, dict):
                raise InvalidInput(f"{step} cannot be given together with a part of it.")
            below = cast("dict[str, Any]", inner)
        below[last] = value
    return whole
