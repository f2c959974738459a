"""Recorded answers of Slack, filled with plausible values, and every change of one documented field."""

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(
    os.environ.get("TOOLROLL_TEST_SLACK_SAMPLES")
    or Path(__file__).parents[3] / "shared" / "field" / "data" / "slack-samples"
)
"""Sample answers by method, as slackapi/java-slack-sdk publishes them under json-logs/samples/api."""
TS = "1795092052.118741"
GONE = object()
ERROR_FIELDS = {"error", "needed", "provided", "warning", "arg", "callstack", "errors", "deprecated_argument"}
Path_ = tuple[str | int, ...]


def recorded(method: str, depth: int = 9) -> dict[str, Any]:
    """The recorded answer of one method as a success; objects below `depth` are left out.

    Skips where the recordings are not on this machine.
    """
    file = FOLDER / f"{method}.json"
    if not file.is_file():
        pytest.skip(f"{method}: no recorded answer of it in the folder TOOLROLL_TEST_SLACK_SAMPLES")
    answer = {name: value for name, value in json.loads(file.read_text()).items() if name not in ERROR_FIELDS}
    filled = _filled(_flat(answer, depth))
    return {**filled, "ok": True}


def changes(answer: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field of an answer and of the second item of its list removed, nulled, and of other types, one at a time.

    Each comes with a name for it.
    """
    for path, value in _paths(answer):
        if path[1:2] in ((0,), (2,)):
            continue
        for other in (GONE, None, 7 if isinstance(value, str) else "x", [], {}, [None]):
            if other is GONE or type(other) is not type(value) or other == [None]:
                yield (
                    f"{'.'.join(map(str, path))}={'gone' if other is GONE else other!r}",
                    _changed(answer, path, other),
                )


def _filled(node: Any, name: str = "") -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, key) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, name) for value in node[:1]]
    if node == "0000000000.000000":
        return TS
    if node == "" and name not in {"subtype", "next_cursor", "thread_ts", "mode"}:
        return f"some {name}"
    return 1795092052 if node in (12345, 123) else node


def _flat(node: Any, depth: int) -> Any:
    if isinstance(node, dict):
        kept = {key: value for key, value in node.items() if depth > 0 or not isinstance(value, dict | list)}
        return {key: _flat(value, depth - 1) for key, value in kept.items()}
    return [_flat(value, depth) for value in node[:1]] if isinstance(node, list) else node


def _paths(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield (*path, key), value
        yield from _paths(value, (*path, key))


def _changed(answer: dict[str, Any], path: Path_, other: Any) -> dict[str, Any]:
    changed = copy.deepcopy(answer)
    holder: Any = changed
    for key in path[:-1]:
        holder = holder[key]
    if other is GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = other
    return changed
