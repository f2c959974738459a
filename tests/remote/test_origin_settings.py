"""MCP_ALLOWED_ORIGINS takes web origins alone; what is none stops the start by the setting's name."""

import pytest
from mcp_chassis.settings import BadSettings
from remote_http import served
from remote_sample import FIRST

NO_ORIGINS = [
    "ftp://app.example.com",
    "ftp://app.example.com:21",
    "file://localhost",
    "ws://app.example.com:80",
    "chrome-extension://abcdef:1",
    "app.example.com",
    "app.example.com:443",
    "//app.example.com",
    "https://",
    "https://*",
    "https://user@app.example.com",
    "*",
    "null",
]


@pytest.mark.parametrize("entry", NO_ORIGINS)
async def test_an_invalid_origin_stops_the_start_and_the_setting_is_named(entry: str) -> None:
    with pytest.raises(BadSettings, match="MCP_ALLOWED_ORIGINS: each entry is an origin such as https"):
        async with served({"": FIRST}, {"MCP_ALLOWED_ORIGINS": f"https://good.example,{entry}"}):
            pass


@pytest.mark.parametrize("entry", ["https://app.example.com", "http://app.example.com:3000", "HTTPS://App.Example.com"])
async def test_a_configured_origin_is_accepted(entry: str) -> None:
    async with served({"": FIRST}, {"MCP_ALLOWED_ORIGINS": entry}) as http:
        response = await http.post(
            "/mcp", content=b"{", headers={"origin": entry.lower(), "content-type": "application/json"}
        )
    assert response.status_code == 400
