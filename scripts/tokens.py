"""How many o200k tokens texts take, counted by npm's gpt-tokenizer; run alone: the cost of every tool list."""

import asyncio
import json
import subprocess
import sys
from typing import Any

from servers import ROOT, servers
from snapshots import definitions

COUNTER = ROOT / ".tools" / "node" / "node_modules" / "gpt-tokenizer" / "cjs" / "encoding" / "o200k_base.js"
PROGRAM = """
const { encode } = require(process.argv[1]);
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => encode(text).length)));
"""


def count(texts: list[str]) -> list[int]:
    """The tokens of each text. Ends the program if the npm packages are not installed."""
    if not COUNTER.exists():
        sys.exit("Tokens are counted by an npm package, which is not installed: run `make node`.")
    answer = subprocess.run(
        ["node", "-e", PROGRAM, str(COUNTER)], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout)


def for_model(tool: dict[str, Any]) -> str:
    """What a host puts into the prompt for one tool: name, description and input schema as compact JSON."""
    shown = {"name": tool["name"], "description": tool["description"], "inputSchema": tool["inputSchema"]}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def main() -> None:
    for name, server in servers().items():
        tools = asyncio.run(definitions(server))
        counts = count([for_model(tool) for tool in tools])
        print(f"{name}: {sum(counts)} tokens in {len(tools)} tools")
        for tool, tokens in zip(tools, counts, strict=True):
            print(f"  {tokens:5} {tool['name']}")


if __name__ == "__main__":
    main()
