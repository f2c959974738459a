"""Progress on a terminal, and silence where output is no terminal."""

import io
import sys
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from mcp_chassis.cli import main
from mcp_chassis.cli.terminal import LONGEST_PROGRESS, progress, show_progress
from sample_server import SAMPLE


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@contextmanager
def standard_error(stream: io.StringIO) -> Generator[io.StringIO]:
    before, sys.stderr = sys.stderr, stream
    try:
        yield stream
    finally:
        sys.stderr = before


def test_progress_is_shown_on_a_terminal_while_it_lasts() -> None:
    with standard_error(Terminal()) as shown, progress("Asking GitHub ..."):
        assert "Asking GitHub ..." in shown.getvalue()
    assert shown.getvalue().endswith("\r\x1b[2K")


def test_a_long_line_is_cut_so_that_it_can_be_erased() -> None:
    with standard_error(Terminal()) as shown:
        show_progress("x" * 1000)
    assert shown.getvalue().count("x") == LONGEST_PROGRESS


def test_no_progress_is_written_to_a_file_or_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with standard_error(io.StringIO()) as shown:
        assert main(["check"], SAMPLE) == 3
    assert shown.getvalue() == ""
    assert "shelf" in capsys.readouterr().out


def test_check_shows_on_a_terminal_that_it_waits(capsys: pytest.CaptureFixture[str]) -> None:
    with standard_error(Terminal()) as shown:
        main(["check"], SAMPLE)
    assert "Checking what mcp-chassis depends on" in shown.getvalue()
    assert "Checking" not in capsys.readouterr().out


def test_a_call_shows_its_progress_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with standard_error(Terminal()) as shown:
        assert main(["call", "report"], SAMPLE) == 0
    assert "half (50%)" in shown.getvalue()
    assert "half" not in capsys.readouterr().out
