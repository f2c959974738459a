"""slack-sdk's method signatures without its HTTP client: requests use the core's retries and rate limits."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from mcp_chassis.http.response import Response

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

Arguments = Mapping[str, Any]
Request = Callable[[str, Arguments], Awaitable[Response]]


def sdk_methods(request: Request) -> "AsyncWebClient":
    """A client of slack-sdk whose methods send their requests through `request`.

    slack-sdk is imported inside the function: the import takes 80 ms, which would delay the start of the server.
    """
    from slack_sdk.web.client import WebClient

    class ForwardingClient(WebClient):
        def api_call(self, api_method: str, **options: Any) -> Any:
            given: dict[str, Any] = {}
            for kind in ("params", "data", "json"):
                given |= options.get(kind) or {}
            return request(api_method, {name: value for name, value in given.items() if value is not None})

    return cast("AsyncWebClient", ForwardingClient())
