"""The command line of `rest-mcp` in this process: the bridge file among the arguments, help, mistakes."""

import os
from pathlib import Path

import pytest
from mcp_chassis.server import EXIT_BAD_SETTINGS
from rest_mcp import document_commands, server
from rest_mcp.command import main, without_bridge

BRIDGE = (
    'instructions = "Things."\n[apis.a]\nauth = false\n'
    '[[tools]]\nname = "get_x"\ndescription = "Get x."\nrequest = "GET /x"\n'
)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No bridge is named, and what a command names is forgotten afterwards."""
    (tmp_path / "env").touch()
    monkeypatch.setenv("REST_BRIDGE", "")
    monkeypatch.setenv("TOOLROLL_ENV_FILE", str(tmp_path / "env"))


ARGUMENTS: list[tuple[list[str], list[str] | None, str]] = [
    ([], [], ""),
    (["check"], ["check"], ""),
    (["--bridge", "b.toml"], [], "b.toml"),
    (["--bridge=b.toml"], [], "b.toml"),
    (["check", "--bridge", "b.toml", "--json"], ["check", "--json"], "b.toml"),
    (["--bridge", "a.toml", "--bridge", "b.toml"], [], "b.toml"),
    (["--bridge"], None, ""),
    (["--bridge="], None, ""),
    (["check", "--bridge", ""], None, ""),
    (["--other=b.toml"], ["--other=b.toml"], ""),
]


def test_the_bridge_file_is_taken_out_of_the_arguments_and_named_by_its_whole_path() -> None:
    for arguments, rest, named in ARGUMENTS:
        os.environ["REST_BRIDGE"] = ""
        assert (without_bridge(arguments), os.environ["REST_BRIDGE"]) == (
            rest,
            os.path.realpath(named) if named else "",
        ), arguments


def ended(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ending:
        main(list(arguments))
    return int(ending.value.code or 0)


def test_help_names_the_option_and_says_that_it_is_the_demonstration(capsys: pytest.CaptureFixture[str]) -> None:
    for word in ("--help", "-h"):
        assert ended(word) == 0
        printed = capsys.readouterr()
        assert printed.out.startswith("--bridge FILE goes with every command")
        assert printed.err.startswith("No bridge file is named (--bridge FILE or REST_BRIDGE)")


def test_a_command_about_a_bridge_says_that_it_is_the_demonstration_where_none_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "bridge.toml").write_text(BRIDGE)
    for word, demonstration in (("tools", True), ("call", True), ("config", True), ("version", False)):
        ended(word)
        assert capsys.readouterr().err.startswith("No bridge file is named") is demonstration, word
        ended(word, "--bridge", str(tmp_path / "bridge.toml"))
        assert "No bridge file is named" not in capsys.readouterr().err, word
        os.environ["REST_BRIDGE"] = ""


def test_an_option_without_a_file_and_a_file_that_is_not_there_end_with_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert ended("--bridge") == EXIT_BAD_SETTINGS
    assert capsys.readouterr().err == "rest-mcp cannot start:\n--bridge: names no file\n"
    assert ended("inspect", str(tmp_path / "none.json")) == EXIT_BAD_SETTINGS
    assert "the document none.json cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(("tools", "code"), [("0", 2), ("1", 0), ("10", 0), ("11", 2)])
def test_inspect_proposes_one_to_ten_tools(
    tools: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = ", ".join(f'"/x{n}": {{"get": {{"operationId": "getKind{n}Of", "summary": "x"}}}}' for n in range(12))
    (tmp_path / "api.json").write_text(f'{{"openapi": "3.0.3", "info": {{"title": "t"}}, "paths": {{{paths}}}}}')
    assert ended("inspect", str(tmp_path / "api.json"), "--tools", tools) == code
    printed = capsys.readouterr()
    assert printed.out.count("[[tools]]") == (int(tools) if code == 0 else 0)
    assert ("12 operations; these are proposed:" in printed.err) is (code == 0)


def test_one_of_the_two_commands_must_be_named() -> None:
    with pytest.raises(SystemExit):
        document_commands.run([])


def test_the_server_is_that_of_the_bridge_in_use_and_the_module_has_no_other(tmp_path: Path) -> None:
    (tmp_path / "bridge.toml").write_text(BRIDGE)
    assert server.path_in_use().name == "starter.toml"
    os.environ["REST_BRIDGE"] = str(tmp_path / "bridge.toml")
    assert server.path_in_use() == tmp_path / "bridge.toml"
    os.environ["REST_BRIDGE"] = str(tmp_path / "none.toml")
    assert server.path_in_use().name == "starter.toml"
    assert not hasattr(server, "OTHER")
    assert server.SERVER is server.server_in_use()
