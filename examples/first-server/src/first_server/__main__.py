"""The command `first-server`, and `python -m first_server`."""

from mcp_chassis.run import run


def main() -> None:
    run("first_server.server:SERVER")


if __name__ == "__main__":
    main()
