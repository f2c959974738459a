"""slack-sdk's methods without its HTTP: every call is handed on, so that it passes the core's retry and limits."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

Json = Mapping[str, Any]
Ask = Callable[[str, Json], Awaitable[Json]]


def web_client(ask: Ask) -> "AsyncWebClient":
    """A client whose methods are coroutines: the synchronous one only passes on what `api_call` gives.

    slack-sdk is imported here because that takes 80 ms, which the start of a server has no use for.
    """
    from slack_sdk.web.client import WebClient

    class OverTheCore(WebClient):
        def api_call(self, api_method: str, **how: Any) -> Any:
            given: dict[str, Any] = {**(how.get("params") or {}), **(how.get("data") or {}), **(how.get("json") or {})}
            return ask(api_method, {name: value for name, value in given.items() if value is not None})

    return cast("AsyncWebClient", OverTheCore())
