"""The command `rest-mcp`, and `python -m rest_mcp`."""

import sys


def main() -> None:
    from rest_mcp.command import main

    main(sys.argv[1:])


if __name__ == "__main__":
    main()
