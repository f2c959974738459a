"""Calls of one tool that arrive within a tenth of a second, answered by the batch operation of its bridge."""

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
"""Refusals of the batch operation, which say nothing of a single item: each is asked for alone."""


class Apis(Protocol):
    """The APIs of one connection."""

    async def request(
        self, name: str, method: str, path: str, values: Mapping[str, Any], **request: Any
    ) -> Response: ...


class BatchedReads:
    """The batch operation of one tool.

    Args:
        parameter: the one whose values are gathered.
        tree: the kept fields, which an item must all have to stand for the answer to a single request.
    """

    def __init__(self, batch: Batch, parameter: Parameter, api: str, tree: Tree, error_fields: Sequence[str]) -> None:
        self._batch, self._parameter, self._api = batch, parameter, api
        self._tree, self._error_fields = tree, error_fields
        self._batches: WeakKeyDictionary[Apis, Batches] = WeakKeyDictionary()

    async def item(self, apis: Apis, value: str | int) -> Item | None:
        """The item of one value; None where it is to be asked for alone.

        That is so where it was asked for alone, where the operation is refused, and where its answer does not hold
        exactly one item of this value with all kept fields.

        Raises:
            Failure: an outage or a limit, which is that of all.
        """
        batches = self._batches.get(apis)
        if batches is None:
            # The connection is held weakly, so that what belongs to a closed one goes with it.
            read = partial(self._read, ref(apis))
            batches = self._batches[apis] = KeyedBatcher(read, most=self._batch.most, max_keys=MAX_PRINCIPALS)
        return await batches.submit(current_principal(), value)

    async def _read(
        self, connection: "ReferenceType[Apis]", values: Sequence[str | int]
    ) -> list[Item | Failure | None]:
        """The items of several values, in their order."""
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
    """Whether an item has every kept field: one that is missing in a list may be there in a single answer."""
    fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    return all(name in fields and _has_below(fields[name], below) for name, below in tree.items())


def _has_below(value: Any, tree: Tree) -> bool:
    if isinstance(value, list):
        return all(_has_below(each, tree) for each in cast("list[Any]", value))
    return not tree or value is None or has_all(value, tree)
