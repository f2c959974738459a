"""HTTP headers that every request to GitHub has, apart from authorization."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version

API_VERSION = "2022-11-28"


def common_headers() -> Mapping[str, str]:
    """The API version and the user agent as HTTP headers."""
    return {"x-github-api-version": API_VERSION, "user-agent": _user_agent()}


@cache
def _user_agent() -> str:
    """The user agent; cached, because the version is read from a file, which takes 150 µs."""
    return f"toolroll-github-mcp/{version('toolroll-github-mcp')}"
