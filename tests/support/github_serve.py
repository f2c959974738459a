"""Serve the seeded GitHub in a process of its own, for benchmarks and for trying things by hand.

python tests/support/github_serve.py --port 4300
"""

import argparse
import asyncio
import sys

from github_seed import TOKEN, seeded
from scripted_github import ScriptedGitHub


async def serve(port: int) -> None:
    async with ScriptedGitHub(seeded(), port=port).serving() as github:
        sys.stdout.write(f"{github.url} token {TOKEN}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args().port))
