"""A server over HTTP on a free port of this machine, for trials."""

import re
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from servers import ROOT

END_SECONDS = 15
POLL_SECONDS = 0.1
_LISTENING = re.compile(r'"listening":\s*"([^"]+)"')


@contextmanager
def http_server(name: str) -> Generator[str]:
    """Run a server over HTTP while the block runs; yield its URL."""
    command = [str(ROOT / ".venv" / "bin" / name), "serve", "--transport", "http", "--port", "0"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as stream:
            running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stream)
        try:
            yield f"http://{_address(running, log)}/mcp"
        finally:
            running.terminate()
            running.wait(END_SECONDS)


def _address(running: subprocess.Popen[bytes], log: Path) -> str:
    while True:
        text = log.read_text(encoding="utf-8")
        if found := _LISTENING.search(text):
            return found[1]
        if running.poll() is not None:
            raise RuntimeError(f"the server ended before it listened: {text}")
        time.sleep(POLL_SECONDS)
