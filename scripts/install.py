"""Installer behind `make setup` and `make demo`: puts uv into .tools if it is missing, and the servers into .venv.

It runs on the `python3` of the machine, so it uses the standard library alone. `install.py uv` installs uv;
`install.py servers UV [--development]` installs the servers with the uv at that path, and compiles them.
"""

import os
import re
import ssl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools" / "uv"
BUILD_PIN = re.compile(r'"uv-build==([\d.]+)"')
UNTRUSTED = re.compile(r"UnknownIssuer|invalid peer certificate|certificate.verify.failed|self.signed", re.IGNORECASE)
CONTRADICTORY = re.compile(r"No solution found|requirements are unsatisfiable", re.IGNORECASE)
OLD_UV = re.compile(r"Required uv version", re.IGNORECASE)
UNREACHABLE = re.compile(r"error sending request|failed to fetch|dns error|timed out|ConnectionError", re.IGNORECASE)
NO_PIP = re.compile(r"No module named (pip|ensurepip)", re.IGNORECASE)
ADVICE = {
    UNTRUSTED: "The certificate of the package index is not trusted. If a proxy inspects TLS here, set SSL_CERT_FILE "
    "to the file of its certificate authority (PEM) and run this again.",
    CONTRADICTORY: "The declared dependencies contradict the pins in pyproject.toml: run `make lock UPGRADE=name` for "
    "the package named above.",
    OLD_UV: "The uv on PATH is too old: update it, or take one of this folder: `make .tools/uv/bin/uv`, then "
    "`make setup UV=.tools/uv/bin/uv`.",
    UNREACHABLE: "The package index cannot be reached: check the network, and HTTPS_PROXY if there is a proxy.",
    NO_PIP: "This Python has neither venv nor pip: install them (Debian: python3-venv), or install uv.",
}


def main(*arguments: str) -> int:
    if arguments[:1] == ("uv",):
        return install_uv()
    uv, development = arguments[1], "--development" in arguments
    return install_servers(uv, development=development)


def install_uv() -> int:
    """Install uv, in the version of the pinned build backend, with pip; in a virtual environment if one can be made."""
    print("Installing uv into .tools/", flush=True)
    [version] = BUILD_PIN.findall((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    made = subprocess.run([sys.executable, "-m", "venv", TOOLS], capture_output=True, check=False).returncode == 0
    interpreter = TOOLS / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = [str(interpreter) if made else sys.executable, "-m", "pip", "install", "--quiet"]
    target = [] if made else [f"--target={TOOLS}"]
    return run([*pip, "--disable-pip-version-check", *target, f"uv=={version}"], trusting_system=pip_trusting_system())


def install_servers(uv: str, *, development: bool) -> int:
    """Synchronise .venv with the pinned versions; without `development`, what is there besides stays."""
    if not (ROOT / ".venv").exists():
        print("Installing into .venv: a minute or two the first time", flush=True)
    kind = ["--all-groups"] if development else ["--inexact"]
    sync = [uv, "sync", "--quiet", "--all-packages", "--compile-bytecode", *kind]
    code = run(sync, trusting_system={"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"})
    sources = ["shared/src", "packages", "examples"]
    return code or run([uv, "run", "--no-sync", "python", "-m", "compileall", "-q", *sources], trusting_system={})


def pip_trusting_system() -> dict[str, str]:
    """The variable that makes pip trust SSL_CERT_FILE or the system's authorities instead of its own list."""
    authorities = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    return {"PIP_CERT": authorities} if authorities and Path(authorities).is_file() else {}


def run(command: list[str], *, trusting_system: dict[str, str]) -> int:
    """Run one step, once more with the system's authorities if no certificate was trusted; a failure is explained."""
    done = attempt(command, {})
    if done.returncode and trusting_system and UNTRUSTED.search(done.stderr):
        done = attempt(command, trusting_system)
    sys.stderr.write(done.stderr)
    if done.returncode:
        found = next((advice for symptom, advice in ADVICE.items() if symptom.search(done.stderr)), None)
        print(f"\n{found}" if found else f"\nThis failed: {' '.join(command)}", file=sys.stderr)
    return done.returncode


def attempt(command: list[str], more: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"} | more
    return subprocess.run(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
