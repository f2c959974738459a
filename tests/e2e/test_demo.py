"""What `make demo` prints."""

import subprocess
import sys

from servers import ROOT


def test_the_demo_prints_real_conversions_made_by_a_real_client() -> None:
    run = subprocess.run([sys.executable, ROOT / "scripts" / "demo.py"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "is 02:00 in Europe/Paris (CEST, +02:00) and 20:00" in " ".join(run.stdout.split())
    assert "Asia/Kathmandu (+05:45)" in run.stdout
    assert '"code":"INVALID_INPUT"' in run.stdout
    assert run.stderr == ""
