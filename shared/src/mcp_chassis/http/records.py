"""Upstream JSON parsed into typed records: strict about types, tolerant of optional parts with a wrong type.

A record names only the fields that are used; other fields are ignored. `Response.record` and `Response.records` parse
an HTTP response, `read_record` and `read_records` JSON from any other source.

Rules for each field:

- A field with a default that is missing or null takes its default, without a warning: APIs leave fields out.
- A field with a default whose value has another type takes its default, and the call's result gets a warning.
- A field without a default that is missing, null or of another type makes its record fail. If a nested record fails,
  the nearest enclosing field with a default takes that default, or the list item it is part of is left out.
- An item of a list, or a value of a mapping, that cannot be read is left out, with a warning.
- No value is converted: a number is not accepted as text, nor a bool or 1.0 as int. An int is accepted as float, as in
  JSON. An int beyond 64 bits and a float that is not finite count as another type.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from mcp_chassis.failures import Effect, UpstreamError
from mcp_chassis.http.record_fields import OddValue, kind_name, list_at, read_value, read_values, value_at
from mcp_chassis.output.warnings import warn

MAX_FIELDS_NAMED = 3


class Record(msgspec.Struct, frozen=True):
    """Base of the records of upstream responses. Fields without a default are required, and are declared first.

    A field called differently upstream is renamed by the class: `class Issue(Record, rename={"created": "createdAt"})`
    or `rename="camel"`. A text with a fixed vocabulary is a `str`, since upstreams add words.
    """


Parsed = TypeVar("Parsed", bound=Record)


@dataclass(frozen=True)
class RecordList(Generic[Parsed]):
    """The items of a list that could be read; the others are counted in `skipped` and named in `warnings`.

    The pipeline adds `warnings` to the tool's result by itself.
    """

    items: list[Parsed]
    skipped: int = 0
    warnings: list[str] = field(default_factory=list[str])


def read_record(data: Any, kind: type[Parsed], *, upstream: str, operation: str, at: str = "") -> Parsed:
    """One record from parsed JSON.

    Args:
        upstream, operation: named in the failure: "GitHub responded to the request to read the issue without ...".
        at: path of the record inside `data`, such as `data.repository`; empty for `data` itself.

    Raises:
        UpstreamError: naming the upstream, the operation and the field that cannot be read.
    """
    source = _Source(upstream, operation)
    try:
        record = read_value(value_at(data, at), kind, at, source.odd)
    except OddValue as odd:
        raise source.failure(odd) from None
    except RecursionError:
        raise source.failure(OddValue("", "data nested too deeply")) from None
    source.warn_about_fields()
    return record


def read_records(
    data: Any, kind: type[Parsed], *, upstream: str, operation: str, at: str = "", noun: str = "items"
) -> RecordList[Parsed]:
    """A list of records from parsed JSON; items that cannot be read are left out.

    Args:
        upstream, operation, at: see `read_record`.
        noun: plural of the items in warnings, such as "issues".

    Raises:
        UpstreamError: when there is no list at `at`.
    """
    source = _Source(upstream, operation)
    try:
        values = list_at(data, at)
    except OddValue as odd:
        raise source.failure(odd) from None
    if (records := _read_quickly(values, kind)) is not None:
        return RecordList(records)
    items = [item for value in values if (item := _read_item(value, kind, source)) is not None]
    source.warn_about_items(len(values) - len(items), len(values), noun)
    source.warn_about_fields()
    return RecordList(items, len(values) - len(items), source.warnings)


class _Source:
    """A response that is being parsed; collects the parts that were left out."""

    def __init__(self, upstream: str, operation: str) -> None:
        self.odd: list[str] = []
        self.skipped: list[str] = []
        self.warnings: list[str] = []
        self._upstream = upstream
        self._operation = operation

    def failure(self, odd: OddValue) -> UpstreamError:
        answered = f"{self._upstream} responded to the request to {self._operation}"
        came = kind_name(odd.found)
        text = f"{answered} with {came} where {odd.expected} was expected."
        if odd.path:
            text = f"{answered} without a usable {odd.path!r}: {odd.expected} was expected, found {came}."
        return UpstreamError(f"{text} The fault is on its side.", effect=Effect.AMBIGUOUS)

    def warn_about_items(self, skipped: int, total: int, noun: str) -> None:
        if skipped:
            were = "was" if skipped == 1 else "were"
            fields = _named(self.skipped)
            self._warn(f"{skipped} of {total} {noun} could not be read and {were} left out{fields}.")

    def warn_about_fields(self) -> None:
        if self.odd:
            self._warn(f"Parts of {self._upstream}'s response could not be read and were left out{_named(self.odd)}.")

    def _warn(self, text: str) -> None:
        self.warnings.append(text)
        warn(text)


def _read_quickly(values: list[Any], kind: type[Parsed]) -> list[Parsed] | None:
    """All records of a list in one step, which works for nearly all lists; None if any part cannot be read."""
    try:
        return read_values(values, kind)
    except RecursionError:  # only the item that is nested too deeply is left out
        return None


def _read_item(value: Any, kind: type[Parsed], source: _Source) -> Parsed | None:
    odd: list[str] = []
    try:
        record = read_value(value, kind, "", odd)
    except OddValue as failure:
        source.skipped.append(failure.path)
        return None
    except RecursionError:
        return None
    source.odd.extend(odd)
    return record


def _named(paths: Sequence[str]) -> str:
    """The fields without duplicates, such as ` (user.login, labels[] and 2 more)`; empty if there are none."""
    names = [name for name in dict.fromkeys(paths) if name]
    if not names:
        return ""
    more = f" and {len(names) - MAX_FIELDS_NAMED} more" if len(names) > MAX_FIELDS_NAMED else ""
    return f" ({', '.join(names[:MAX_FIELDS_NAMED])}{more})"
