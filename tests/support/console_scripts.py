"""Command lines of documents, run by the console scripts in this process."""

import shlex
import sys
from importlib.metadata import entry_points

import pytest

SCRIPTS = {script.name: script for script in entry_points(group="console_scripts")}


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a command line, with its variables set for it alone; its exit code."""
    words = shlex.split(line)
    with monkeypatch.context() as given:
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            given.setenv(name, value)
        given.setattr(sys, "argv", words)
        try:
            SCRIPTS[words[0]].load()()
        except SystemExit as ended:
            return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        return 0
