"""The transport's sample server as its own console script would start it: through `run`, and so through the front."""

from mcp_chassis.run import run

if __name__ == "__main__":
    run("stdio_server:SERVER")
