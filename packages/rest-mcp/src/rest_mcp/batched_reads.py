"""Batching of a tool's concurrent calls into one request to the batch operation of its bridge file."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Protocol, cast
from weakref import ReferenceType, WeakKeyDictionary, ref

from mcp_chassis.batching import KeyedBatcher
from mcp_chassis.failures import Conflict, Failure, InvalidInput, NotFound, PermissionDenied, UpstreamError
from mcp_chassis.http.response import Response
from mcp_chassis.pipeline.caller import current_principal
from mcp_chassis.upstream.retry import Repeat

from rest_mcp.batch import Batch
from rest_mcp.fields import Tree, at
from rest_mcp.parameters import Parameter
from rest_mcp.request_values import in_json, nested
from rest_mcp.response_results import items_of

Item = Mapping[str, Any]
Batches = KeyedBatcher[str | int, "Item | None"]
MAX_PRINCIPALS = 64
OF_THE_BATCH = (Conflict, InvalidInput, NotFound, PermissionDenied, UpstreamError)
"""Failures of the batch request that may not apply to single items; each item is then requested separately."""


class Apis(Protocol):
    """The part of `connection.Apis` that is used here."""

    async def request(
        self, name: str, method: str, path: str, values: Mapping[str, Any], **request: Any
    ) -> Response: ...


class BatchedReads:
    """Reads the items of one tool through its batch operation.

    Args:
        parameter: the parameter whose values are collected into one request.
        tree: the kept fields. An item that lacks one of them is not used in place of a single response.
    """

    def __init__(self, batch: Batch, parameter: Parameter, api: str, tree: Tree, error_fields: Sequence[str]) -> None:
        self._batch, self._parameter, self._api = batch, parameter, api
        self._tree, self._error_fields = tree, error_fields
        self._batches: WeakKeyDictionary[Apis, Batches] = WeakKeyDictionary()

    async def item(self, apis: Apis, value: str | int) -> Item | None:
        """Return the item of one value; None if the caller has to request it separately.

        None is returned if no other value was collected, if the batch request was refused, and if its response does
        not contain exactly one item of this value with all kept fields.

        Raises:
            Failure: an outage or a rate limit, which concerns all values.
        """
        batches = self._batches.get(apis)
        if batches is None:
            # A weak reference, so that the batcher of a closed connection is freed together with the connection.
            read = partial(self._read, ref(apis))
            batches = self._batches[apis] = KeyedBatcher(read, most=self._batch.most, max_keys=MAX_PRINCIPALS)
        return await batches.submit(current_principal(), value)

    async def _read(
        self, connection: "ReferenceType[Apis]", values: Sequence[str | int]
    ) -> list[Item | Failure | None]:
        """Read the items of several values; the result is in the order of the values."""
        distinct, apis = list(dict.fromkeys(values)), connection()
        if len(distinct) == 1 or apis is None:
            return [None] * len(values)
        try:
            response = await apis.request(self._api, self._batch.method, self._batch.path, {}, **self._sent(distinct))
            found = items_of(response, self._batch.items, self._error_fields).found
        except OF_THE_BATCH:
            return [None] * len(values)
        by_key: dict[str, list[Any]] = {}
        for item in found:
            by_key.setdefault(str(at(item, self._batch.key)), []).append(item)
        return [self._only(by_key.get(str(value), [])) for value in values]

    def _sent(self, values: list[str | int]) -> dict[str, Any]:
        batch = self._batch
        if batch.method == "POST":
            listed: Any = [in_json(value, self._parameter) for value in values]
            return {"params": batch.query, "json": nested({batch.field: listed}), "repeat": Repeat.READ}
        texts = [str(value) for value in values]
        listed = texts if batch.separator is None else batch.separator.join(texts)
        return {"params": {**batch.query, batch.field: listed}, "repeat": Repeat.READ}

    def _only(self, items: list[Any]) -> Item | None:
        return cast("Item", items[0]) if len(items) == 1 and has_all(items[0], self._tree) else None

    def takes(self, value: object) -> bool:
        """Whether a value can be in a list: a text that holds the separator would be two of them."""
        return isinstance(value, str | int) and (self._batch.separator or "\0") not in str(value)


def has_all(value: Any, tree: Tree) -> bool:
    """Whether an item has every kept field. A field that a list omits may be present in the single response."""
    fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    return all(name in fields and _has_below(fields[name], below) for name, below in tree.items())


def _has_below(value: Any, tree: Tree) -> bool:
    if isinstance(value, list):
        return all(_has_below(each, tree) for each in cast("list[Any]", value))
    return not tree or value is None or has_all(value, tree)
