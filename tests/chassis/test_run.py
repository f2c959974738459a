"""The console script of a server: exit codes, and the message for settings that cannot be loaded."""

import sys
from pathlib import Path

import pytest
from mcp_chassis.run import run


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "some_server", raising=False)
    return tmp_path / "some_server.py"


@pytest.mark.parametrize(("arguments", "code"), [(["tools"], 0), (["call", "no_such_tool"], 1)])
def test_a_command_ends_the_process_with_its_exit_code(arguments: list[str], code: int, module: Path) -> None:
    module.write_text("from sample_server import SAMPLE as SERVER\n")
    with pytest.raises(SystemExit) as ended:
        run("some_server:SERVER", arguments)
    assert ended.value.code == code


def test_the_arguments_of_the_process_are_used_when_none_are_given(
    module: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module.write_text("from sample_server import SAMPLE as SERVER\n")
    monkeypatch.setattr(sys, "argv", ["some-server", "call", "count_things"])
    with pytest.raises(SystemExit, match="0"):
        run("some_server:SERVER")
    assert capsys.readouterr().out == '{"number":0}\n'


def test_invalid_settings_at_import_are_named_with_exit_code_2(
    module: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module.write_text(
        "from mcp_chassis.settings import BadSettings\nraise BadSettings(['SOME_FILE: is missing', 'SOME_SIZE: no'])\n"
    )
    with pytest.raises(SystemExit, match="2"):
        run("some_server:SERVER", ["tools"])
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == "some-server cannot start:\nSOME_FILE: is missing\nSOME_SIZE: no\n"
