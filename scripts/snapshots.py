"""Write each tool's definition to tests/snapshots/SERVER/TOOL.json; with --check only say which differ."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.server import MAX_TOOLS, Server
from servers import ROOT, servers

FOLDER = ROOT / "tests" / "snapshots"


def main(*arguments: str) -> int:
    differing = asyncio.run(differences())
    if "--check" in arguments:
        for path in differing:
            print(f"{path.relative_to(ROOT)}: no longer says what the server offers: run make snapshots")
        return 1 if differing else 0
    for path, text in differing.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8") if text else path.unlink()
    return 0


async def differences() -> dict[Path, str]:
    """Each snapshot that is not as it should be, with the text it should have; empty where it should not be."""
    wanted: dict[Path, str] = {}
    for name, server in servers().items():
        for tool in await definitions(server):
            text = json.dumps(tool, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
            wanted[FOLDER / name / f"{tool['name']}.json"] = text
    left_over = {path: "" for path in FOLDER.glob("*/*.json") if path not in wanted}
    return left_over | {path: text for path, text in wanted.items() if not path.exists() or path.read_text() != text}


async def definitions(server: Server[Any]) -> list[dict[str, Any]]:
    """Every tool a server can offer, as a host receives it."""
    found: dict[str, dict[str, Any]] = {}
    for names in offers(server):
        settings = server.settings.load(names)
        for tool in await Dispatch(server, settings).list_tools():
            found[tool.name] = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    return list(found.values())


def offers(server: Server[Any]) -> list[dict[str, str]]:
    """The environments that bring out every tool: the default one, and those that ask for the others."""
    prefix = server.settings.model_config.get("env_prefix", "")
    names = [tool.__name__ for tool in server.more_tools]
    chosen = [names[start : start + MAX_TOOLS] for start in range(0, len(names), MAX_TOOLS)]
    return [{}, *({f"{prefix}TOOLS": ",".join(some)} for some in chosen)]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
