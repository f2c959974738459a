"""The command `timezone-mcp`, and `python -m timezone_mcp`."""

from mcp_chassis.run import run


def main() -> None:
    run("timezone_mcp.server:SERVER")


if __name__ == "__main__":
    main()
