"""OpenAPI documents of a few operations, bridges that offer them, and the requests that their tools make."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcp_chassis.testing import Reply, ScriptedUpstream, connected
from mcp_chassis.testing.requests import Request
from mcp_types import CallToolResult
from rest_mcp.assembly import server_of

ENVIRONMENT = {"API_TOKEN": "t", "MCP_OUTBOUND_RATE": "1000"}


def operation(identifier: str, **more: Any) -> dict[str, Any]:
    good = {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}}
    return {"operationId": identifier, "summary": f"Do {identifier}.", "responses": good, **more}


def get(*parameters: Any, path: str = "/x", **more: Any) -> dict[str, Any]:
    """The paths of a document with one read, `get_x`."""
    return {path: {"get": operation("get_x", parameters=list(parameters), **more)}}


def post(schema: Any, kind: str = "application/json", **more: Any) -> dict[str, Any]:
    """The paths of a document with one write, `post_x`, whose body has this schema."""
    body = {"required": True, "content": {kind: {"schema": schema, **more}}}
    return {"/x": {"post": operation("post_x", requestBody=body)}}


def written(folder: Path, paths: Mapping[str, Any], *, api: str = "", entry: str = "", **document: Any) -> Path:
    """Write a document with these paths, and a bridge that offers all its operations."""
    whole = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, **document}
    (folder / "api.json").write_text(json.dumps(whole))
    names = [each["operationId"] for item in paths.values() for each in item.values() if "operationId" in each]
    tools = "".join(f'[[tools]]\noperation = "{name}"\n{entry}' for name in names)
    path = folder / "bridge.toml"
    path.write_text(f'instructions = "Things."\n[apis.a]\ndocument = "api.json"\nattempts = 1\n{api}{tools}')
    return path


async def answered(
    path: Path, tool: str, arguments: Mapping[str, Any], reply: Reply | None = None
) -> tuple[list[Request], CallToolResult]:
    """The requests that one call makes, and the call's result."""
    async with ScriptedUpstream() as upstream:
        upstream.answers("*", reply or Reply(json={}))
        async with connected(server_of(path), env={**ENVIRONMENT, "API_BASE_URL": upstream.url}) as client:
            result = await client.call_tool(tool, dict(arguments))
        return upstream.requests, result


async def sent(path: Path, tool: str, arguments: Mapping[str, Any], reply: Reply | None = None) -> Any:
    """The request that one call makes, and the call's result."""
    requests, result = await answered(path, tool, arguments, reply)
    return requests[-1], result
