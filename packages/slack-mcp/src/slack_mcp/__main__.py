"""Entry point of the command `slack-mcp` and of `python -m slack_mcp`."""

from mcp_chassis.run import run


def main() -> None:
    run("slack_mcp.server:SERVER")


if __name__ == "__main__":
    main()
