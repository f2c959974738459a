"""The headers of every request to GitHub."""

from collections.abc import Mapping
from importlib.metadata import version

API_VERSION = "2022-11-28"


def common_headers() -> Mapping[str, str]:
    """The headers of every request, whoever asks."""
    return {"x-github-api-version": API_VERSION, "user-agent": f"toolroll-github-mcp/{version('toolroll-github-mcp')}"}
