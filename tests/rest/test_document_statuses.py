"""Statuses in an OpenAPI document: YAML reads an unquoted 200 as a number, and it means the same response."""

from pathlib import Path

import pytest
from mcp_chassis.pipeline.dispatch import Dispatch
from rest_mcp.assembly import server_of

DOCUMENT = """
openapi: 3.1.0
info: {{title: T, version: "1"}}
paths:
  /things:
    get:
      operationId: listThings
      summary: List things
      responses:
        {status}:
          description: ""
          content:
            application/json:
              schema:
                type: object
                properties:
                  items:
                    type: array
                    items:
                      type: object
                      properties: {{id: {{type: integer}}, label: {{type: string}}}}
        404: {{description: ""}}
"""
BRIDGE = """
instructions = "Things."
[apis.api]
document = "openapi.yaml"
[[tools]]
operation = "listThings"
"""


@pytest.mark.parametrize("status", ["200", "'200'", "201", "'2XX'", "default"])
async def test_the_response_of_a_status_is_found_quoted_or_not(tmp_path: Path, status: str) -> None:
    pytest.importorskip("yaml")
    (tmp_path / "openapi.yaml").write_text(DOCUMENT.format(status=status))
    (tmp_path / "bridge.toml").write_text(BRIDGE)
    server = server_of(tmp_path / "bridge.toml")
    [tool] = await Dispatch(server, server.settings.load({})).list_tools()
    assert "items" in (tool.output_schema or {})["properties"]


async def test_a_failure_is_never_taken_for_the_answer(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    (tmp_path / "openapi.yaml").write_text(DOCUMENT.format(status="400"))
    (tmp_path / "bridge.toml").write_text(BRIDGE)
    server = server_of(tmp_path / "bridge.toml")
    [tool] = await Dispatch(server, server.settings.load({})).list_tools()
    assert "items" not in (tool.output_schema or {}).get("properties", {})
