"""slack-sdk's method signatures without its HTTP: every call goes through the core's retries and limits."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from mcp_chassis.http.response import Response

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

Arguments = Mapping[str, Any]
Request = Callable[[str, Arguments], Awaitable[Response]]


def sdk_methods(request: Request) -> "AsyncWebClient":
    """slack-sdk's client, whose methods return the coroutines of `request`.

    slack-sdk is imported here because that takes 80 ms, which the start of a server has no use for.
    """
    from slack_sdk.web.client import WebClient

    class ForwardingClient(WebClient):
        def api_call(self, api_method: str, **options: Any) -> Any:
            given: dict[str, Any] = {}
            for kind in ("params", "data", "json"):
                given |= options.get(kind) or {}
            return request(api_method, {name: value for name, value in given.items() if value is not None})

    return cast("AsyncWebClient", ForwardingClient())
