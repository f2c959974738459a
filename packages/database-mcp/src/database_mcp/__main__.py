"""The command `database-mcp`, and `python -m database_mcp`."""

from mcp_chassis.run import run


def main() -> None:
    run("database_mcp.server:SERVER")


if __name__ == "__main__":
    main()
