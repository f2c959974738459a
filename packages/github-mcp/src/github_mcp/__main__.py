"""Entry point of the command `github-mcp` and of `python -m github_mcp`."""

from mcp_chassis.run import run


def main() -> None:
    run("github_mcp.server:SERVER")


if __name__ == "__main__":
    main()
