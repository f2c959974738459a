"""The command `files-server`, and `python -m files_server`."""

from mcp_chassis.run import run


def main() -> None:
    run("files_server.server:SERVER")


if __name__ == "__main__":
    main()
