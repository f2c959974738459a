"""Answers to a write that was carried out: none of them proves it, and none of them refuses it."""

from collections.abc import Mapping
from typing import Any

from mcp_chassis.testing.replies import Ending, Reply

JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html"}
_ENDINGS: tuple[Ending, ...] = ("reset", "close", "truncated", "cut chunk")


def odd_answers(good: Mapping[str, Any], *required: str) -> dict[str, Reply]:
    """The answers by name; `required` are the fields of `good` that prove the write."""
    whole: dict[str, Any] = {"a list": [], "an object": {}, "null": None, "a text": "made", "a number": 7, "true": True}
    replies = {f"201 with {name}": Reply(201, json=body) for name, body in whole.items()}
    replies |= {f"200 with {name}": Reply(200, json=body) for name, body in whole.items()}
    for field in required:
        others = {key: value for key, value in good.items() if key != field}
        replies[f"201 without {field}"] = Reply(201, json=others)
        replies |= {f"201, {field} is {odd!r}": Reply(201, json={**others, field: odd}) for odd in (None, [], {}, True)}
    replies |= {f"{status} with nothing": Reply(status) for status in (200, 201, 202, 204, 205, 408)}
    replies |= {f"{status}": Reply(status, json={"message": "x"}) for status in (500, 502, 503, 504, 520, 599)}
    replies |= {f"{ending} in the answer": Reply(201, json=dict(good), ending=ending) for ending in _ENDINGS}
    return replies | {
        "202 with a queue": Reply(202, json={"status": "queued"}),
        "a web page": Reply(200, text="<html>Sign in</html>", headers=HTML),
        "an error page": Reply(502, text="<html>Bad gateway</html>", headers=HTML),
        "half of the JSON": Reply(201, text='{"number": 1', headers=JSON),
        "bad UTF-8": Reply(201, body=b'{"number": "\xff"}', headers=JSON),
        "deep JSON": Reply(201, text="[" * 100_000, headers=JSON),
        "a broken encoding": Reply(201, body=b"x", headers={"content-encoding": "gzip"}),
    }
