"""The command `support-api`, which serves the API on a loopback port."""

import argparse
import os

from support_api.application import Desk
from support_api.store import Store

LOOPBACK = "127.0.0.1"


def main() -> None:
    """Serve until interrupted. The bearer token comes from SUPPORT_API_TOKEN."""
    parser = argparse.ArgumentParser(prog="support-api", description="The support desk of the REST example.")
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--database", default=":memory:", help="a file that keeps users and tickets")
    parser.add_argument("--faults", action="store_true", help="offer POST /faults, which makes requests fail")
    options = parser.parse_args()
    token = os.environ.get("SUPPORT_API_TOKEN")
    if not token:
        parser.error("set SUPPORT_API_TOKEN to the token that callers must bring")
    import uvicorn

    desk = Desk(Store(options.database), token, faults=options.faults)
    uvicorn.run(desk.application, host=LOOPBACK, port=options.port, log_level="warning")
