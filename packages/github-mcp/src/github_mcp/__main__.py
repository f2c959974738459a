"""The command `github-mcp`, and `python -m github_mcp`."""

from mcp_chassis.run import run


def main() -> None:
    run("github_mcp.server:SERVER")


if __name__ == "__main__":
    main()
