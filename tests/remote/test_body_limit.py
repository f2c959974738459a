"""The setting for the size of a request's body holds at every layer, above the SDK's own limit too."""

import json

import pytest
from remote_http import answer, headers, message, served
from remote_sample import FIRST

MIB = 2**20


@pytest.mark.parametrize(("limit_mib", "sent_mib", "status"), [(8, 5, 200), (8, 9, 413), (2, 3, 413), (2, 1, 200)])
async def test_a_body_is_accepted_up_to_the_size_in_the_settings(limit_mib: int, sent_mib: int, status: int) -> None:
    body = json.dumps(message("legacy", "tools/list")).encode() + b" " * (sent_mib * MIB)
    sent = {**headers("legacy", "tools/list"), "content-type": "application/json"}
    async with served({"": FIRST}, {"MCP_MAX_BODY_BYTES": str(limit_mib * MIB)}) as http:
        response = await http.post("/mcp", content=body, headers=sent)
    assert response.status_code == status
    assert status != 200 or answer(response)["result"]["tools"]
