"""Endpoint of one tool or resource: builds the request from the arguments and the result from the response."""

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol, cast
from uuid import uuid4

from mcp_chassis.http.paths import fill
from mcp_chassis.http.response import Response
from mcp_chassis.pipeline.caller import current_principal
from mcp_chassis.results import Page, Result, TextPage
from mcp_chassis.upstream.retry import Repeat

from rest_mcp.argument_names import ArgumentNames, argument_names
from rest_mcp.batched_reads import BatchedReads
from rest_mcp.bridge import Api, RequestSpec, ToolPart
from rest_mcp.fields import exact, kept, object_model, page_model, tree_of
from rest_mcp.locations import Address, address_lines, named_address, with_address
from rest_mcp.paging import Continuation, Paging, asked, following
from rest_mcp.parameters import Null
from rest_mcp.request_values import in_json, nested, outside_json, plain
from rest_mcp.response_results import items_of, kept_items, object_of, response_text, written

MAX_RESOURCE_PAGES = 10
Arguments = Mapping[str, Any]


class Apis(Protocol):
    """The part of `connection.Apis` that is used here."""

    async def request(
        self, name: str, method: str, path: str, values: Mapping[str, Any], **request: Any
    ) -> Response: ...

    def address(self, name: str) -> str: ...


class Endpoint:
    """Sends the requests of one tool or resource. `answers` is the type of its results."""

    def __init__(self, spec: RequestSpec, api_name: str, api: Api) -> None:
        self.spec = spec
        self.paging = self._paging(api) if spec.answer == "list" and not self._writes else None
        self.idempotency_header = api.idempotency_header
        self._api_name = api_name
        self._names = ArgumentNames(spec)
        self._tree = tree_of(spec.keep)
        self._error_fields = api.error_fields
        self.answers = self._answers()
        self._batched = self._batched_reads()

    async def tool(self, apis: Apis, arguments: Arguments) -> Result | TextPage:
        """Handle a tool call. The result is one page of a list, an object or a text."""
        if (item := await self._item(apis, arguments)) is not None:
            return self._object(item)
        position, key = arguments.get("cursor"), arguments.get("idempotency_key")
        params = self._sent("query", arguments)
        query = asked(self.paging, position, params) if self.paging else params
        answer = await self._ask(apis, arguments, query, key)
        if self._writes:
            path = fill(self.spec.path, self._sent("path", arguments))
            return self._written(answer, named_address(answer, apis.address(self._api_name), path))
        return self._read(answer, position, params)

    async def resource(self, apis: Apis, arguments: Arguments) -> Result | TextPage:
        """Read a resource: up to ten pages of a list joined, an object or a text."""
        page = await self.tool(apis, arguments)
        if not isinstance(page, Page):
            return page
        items: list[Any] = list(cast("Any", page).items)
        warnings = list(page.warnings or ())
        for _ in range(MAX_RESOURCE_PAGES - 1):
            if page.next_cursor is None:
                break
            page = cast("Page", await self.tool(apis, {**arguments, "cursor": page.next_cursor}))
            items += cast("Any", page).items
            warnings += page.warnings or ()
        told = list(dict.fromkeys(warnings)) or None
        whole = page.model_copy(update={"items": items, "warnings": told, "next_cursor": None})
        return whole if page.next_cursor is None else whole.model_copy(update={"truncated": True})

    def _object(self, item: Mapping[str, Any]) -> Result:
        return object_model(self.spec.name, self.spec.keep).model_validate(exact(kept(item, self._tree)))

    async def _item(self, apis: Apis, arguments: Arguments) -> Mapping[str, Any] | None:
        """Return the object from a batch request shared with other calls; None if it has to be requested separately."""
        batch = self.spec.batch if isinstance(self.spec, ToolPart) else None
        if batch is None or self._batched is None:
            return None
        others = {name: each for name, each in self.spec.offered.items() if name != batch.parameter}
        value = plain(arguments[batch.parameter])
        if any(arguments.get(name) not in (None, each.default) for name, each in others.items()):
            return None
        return await self._batched.item(apis, value) if self._batched.takes(value) else None

    def _batched_reads(self) -> BatchedReads | None:
        spec = self.spec
        if not isinstance(spec, ToolPart) or spec.batch is None:
            return None
        gathered = spec.parameters[spec.batch.parameter]
        return BatchedReads(spec.batch, gathered, self._api_name, self._tree, self._error_fields)

    def _answers(self) -> type[Result] | type[TextPage]:
        match self.spec.answer:
            case "text":
                return TextPage
            case "list" if self._writes:
                return object_model(self.spec.name, ["items"])
            case "list":
                return page_model(self.spec.name, self.spec.keep)
            case "object":
                return object_model(self.spec.name, self.spec.keep)

    async def _ask(self, apis: Apis, arguments: Arguments, query: Arguments, key: str | None) -> Response:
        spec = self.spec
        body = {**spec.body, **self._sent("body", arguments)}
        whole = nested(body) if spec.encoding == "json" else body
        with argument_names(self._names):
            return await apis.request(
                self._api_name,
                spec.method,
                spec.path,
                self._sent("path", arguments),
                params={**spec.query, **query},
                json=whole if spec.encoding == "json" and spec.method != "GET" and (whole or spec.sends_body) else None,
                form=whole if spec.encoding == "form" and whole else None,
                headers={**self._sent("header", arguments), **self._once(key), **self._media_types()},
                repeat=self._repeat(),
                check=spec.check or "" if isinstance(spec, ToolPart) else "",
            )

    def _sent(self, place: str, arguments: Arguments) -> dict[str, Any]:
        """The values for one part of the request, under the API's field names and in its serialisation styles."""
        sent: dict[str, Any] = {}
        json_body = place == "body" and self.spec.encoding == "json"
        for name, parameter in self.spec.parameters.items():
            value = parameter.fixed if parameter.fixed is not None else arguments.get(name)
            if self.spec.place(name) != place or value is None or parameter.hidden:
                continue
            if value is Null.GIVEN and not json_body:
                continue
            field, given = self.spec.field(name), plain(value)
            if json_body:
                sent[field] = in_json(given, parameter)
            else:
                sent |= outside_json(field, given, parameter, as_text=place in {"path", "header"})
        return sent

    def _written(self, response: Response, address: Address | None) -> Result | TextPage:
        """The result of a successful write, with the address of the created object if the API sent one."""
        if not issubclass(self.answers, Result):
            return TextPage(f"{response_text(response)}{address_lines(address)}".lstrip("\n"))
        result = written(response, self.spec.result, self._tree, as_list=self.spec.answer == "list")
        return self.answers.model_validate(with_address(result, address))

    def _read(self, response: Response, position: str | None, params: Arguments) -> Result | TextPage:
        spec = self.spec
        if not issubclass(self.answers, Result):
            return TextPage(response.text)
        if spec.answer == "object":
            return self.answers.model_validate(object_of(response, spec.result, self._tree, self._error_fields))
        found = items_of(response, spec.result, self._error_fields)
        shown = kept_items(found, self._tree)
        page = self.paging
        more = following(page, response, found.found, position, params) if page else Continuation()
        warnings = [*shown.warnings, *more.warnings]
        return self.answers.model_validate(
            {"items": shown.found, "next_cursor": more.position, "total": more.total, "warnings": warnings or None}
        )

    def _repeat(self) -> Repeat:
        part = self.spec
        if not isinstance(part, ToolPart) or part.reads:
            return Repeat.READ
        return Repeat.ONCE if part.repeats or self.idempotency_header else Repeat.NEVER

    def _once(self, key: str | None) -> dict[str, str]:
        """The API's idempotency header: a hash of principal, tool and the caller's key, or a random key without one."""
        part = self.spec
        if self.idempotency_header is None or not isinstance(part, ToolPart) or part.reads:
            return {}
        own = hashlib.sha256(f"{current_principal()}\0{part.name}\0{key}".encode()).hexdigest() if key else uuid4().hex
        return {self.idempotency_header: own}

    def _media_types(self) -> dict[str, str]:
        spec = self.spec
        wanted = spec.accept or ("*/*" if spec.answer == "text" or self._writes else None)
        sent = {"content-type": spec.content_type} if spec.content_type else {}
        return {**sent, **({"accept": wanted} if wanted else {})}

    @property
    def _writes(self) -> bool:
        return isinstance(self.spec, ToolPart) and not self.spec.reads

    def _paging(self, api: Api) -> Paging | None:
        paging = self.spec.page or api.page
        return None if paging is None or paging.kind == "none" else paging
