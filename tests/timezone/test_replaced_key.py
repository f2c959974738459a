"""A key for OpenTimezone that is replaced in its file while the server runs."""

from pathlib import Path
from typing import Any

from fake_opentimezone import FakeOpenTimezone
from mcp_chassis.testing import connected, data
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.requests import Request

CONVERT = {"date_time": "2026-03-20T14:00", "from_timezone": "Europe/Paris", "to_timezone": ["America/New_York"]}


async def test_a_refused_key_is_read_again_from_its_file(still: Any, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("the-key-before")

    def guarded(request: Request) -> Reply:
        is_new = request.headers.get("authorization") == "Bearer the-key-now"
        return Reply(json={"dateTime": "2026-03-20T09:00:00"}) if is_new else Reply(401, text="denied")

    async with FakeOpenTimezone() as service:
        service.fails(guarded)
        environment = service.env(OPENTIMEZONE_API_KEY_FILE=str(file), MCP_RETRY_BASE="0.001")
        async with connected(still, env=environment) as client:
            file.write_text("the-key-now")
            result = data(await client.call_tool("convert_timezone", CONVERT))
        sent = [request.headers["authorization"] for request in service.requests]
    assert result["results"][0]["local_time"] == "2026-03-20T09:00:00-04:00"
    assert sent == ["Bearer the-key-before", "Bearer the-key-now"]
