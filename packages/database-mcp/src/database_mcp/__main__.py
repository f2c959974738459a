"""Entry point of the command `database-mcp` and of `python -m database_mcp`."""

import os
import sys

from mcp_chassis.run import run


def main() -> None:
    if sys.argv[1:2] == ["data"]:
        from database_mcp.embedded.command import main as data

        raise SystemExit(data(sys.argv[2:]))
    if sys.argv[1:2] == ["call"]:  # The embedded database keeps running for the next call.
        os.environ.setdefault("DATABASE_KEEP_RUNNING", "true")
    run("database_mcp.server:SERVER")


if __name__ == "__main__":
    main()
