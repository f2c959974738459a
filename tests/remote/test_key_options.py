"""Options of a key in its file: the day it ends, and rates of its own; and taking a key out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from mcp_chassis.cli.every_server import main
from mcp_chassis.remote.auth.api_keys import ApiKey, parse
from mcp_chassis.remote.http.rate_limiter import RequestRate
from remote_http import META, answer, headers, message, post, served
from remote_sample import FIRST

TODAY = datetime.now(UTC).date()
LINE = ApiKey.of("ci", "tr_ci", ["tools", "resources"]).line()
LISTEN = message("modern", "subscriptions/listen", {"notifications": {"toolsListChanged": True}, "_meta": META})
ECHO = {"name": "echo", "arguments": {"text": "x"}}


async def call(http: httpx2.AsyncClient, tool: str = "echo", key: str = "tr_ci") -> httpx2.Response:
    arguments = {} if tool == "announce" else {"text": "x"}
    return await post(http, "modern", "tools/call", {"name": tool, "arguments": arguments}, {"x-api-key": key})


def file(folder: Path, *lines: str) -> dict[str, str]:
    (folder / "keys").write_text("".join(f"{line}\n" for line in lines))
    return {"MCP_API_KEYS_FILE": str(folder / "keys")}


def test_options_of_a_key_are_parsed_and_written_unchanged() -> None:
    line = f"{LINE} expires=2027-01-31 limit=120/60 limit:write=10/60"
    (key,) = parse(line).keys
    assert key.line() == line
    assert dict(key.limits) == {"": RequestRate(120, 60), "write": RequestRate(10, 60)}


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("expires=soon", "expires= needs a day"),
        ("expires=", "expires= needs a day"),
        ("limit=often", "60/60"),
        ("limit:reads=1/60", "an option is"),
        ("until=2027-01-01", "an option is"),
        ("limits=1/60", "an option is"),
    ],
)
def test_an_invalid_option_makes_the_line_invalid_and_the_error_lists_the_valid_ones(option: str, problem: str) -> None:
    parsed = parse(f"{LINE} {option}")
    assert parsed.keys == ()
    assert problem in parsed.problems[0]


async def test_a_key_is_valid_on_its_last_day_and_then_refused_as_expired(tmp_path: Path) -> None:
    yesterday, tomorrow = TODAY - timedelta(1), TODAY + timedelta(1)
    async with served({"": FIRST}, file(tmp_path, f"{LINE} expires={tomorrow}")) as http:
        good = await call(http)
    async with served({"": FIRST}, file(tmp_path, f"{LINE} expires={yesterday}")) as http:
        ended = await call(http)
    assert (good.status_code, ended.status_code) == (200, 401)
    assert f"expired after {yesterday}" in answer(ended)["error"]["message"]


async def test_a_key_has_rates_of_its_own_by_kind_of_call(tmp_path: Path) -> None:
    other = ApiKey.of("other", "tr_other", ["tools"]).line()
    lines = file(tmp_path, f"{LINE} limit=3/3600 limit:write=1/3600", other)
    async with served({"": FIRST}, {**lines, "MCP_RATE_LIMIT": "2/3600"}) as http:
        reads = [(await call(http)).status_code for _ in range(4)]
        writes = [(await call(http, "put")).status_code for _ in range(2)]
        others = [(await call(http, key="tr_other")).status_code for _ in range(3)]
    assert (reads, writes, others) == ([200, 200, 200, 429], [200, 429], [200, 200, 429])


CHEAP = ("tools/list", "resources/list", "prompts/list", "ping", "initialize", "not/a/method")


async def test_lists_and_pings_are_counted_together_and_ten_times_as_many_as_calls() -> None:
    async with served({"": FIRST}, {"MCP_RATE_LIMIT": "1/3600"}) as http:
        sent = [await post(http, "legacy", CHEAP[number % len(CHEAP)]) for number in range(11)]
        called = await call(http)
        async with http.stream(
            "POST", "/mcp", json=LISTEN, headers=headers("modern", "subscriptions/listen")
        ) as stream:
            listened = stream.status_code
    assert [response.status_code for response in sent].index(429) == 10
    error = answer(sent[-1])["error"]
    assert "You have used up your lists, pings and subscriptions for now." in error["message"]
    assert (error["data"]["code"], called.status_code, listened) == ("RATE_LIMITED", 200, 429)


async def test_a_key_has_a_rate_of_its_own_for_lists_and_pings(tmp_path: Path) -> None:
    other = ApiKey.of("other", "tr_other", ["tools"]).line()
    async with served({"": FIRST}, file(tmp_path, f"{LINE} limit:protocol=2/3600", f"{other} limit=1/3600")) as http:
        own = [(await post(http, "legacy", "ping", extra={"x-api-key": "tr_ci"})).status_code for _ in range(3)]
        scaled = [(await post(http, "legacy", "ping", extra={"x-api-key": "tr_other"})).status_code for _ in range(11)]
    assert own == [200, 200, 429]
    assert scaled == [200] * 10 + [429]


async def test_a_key_that_is_removed_is_refused_and_the_others_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "keys"
    path.write_text("# ours\n")
    assert main(["keys", "new", "ci", "read", "--file", str(path), "--expires", "2099-12-31", "--limit", "5/60"]) == 0
    assert main(["keys", "new", "cd", "read", "--file", str(path), "--limit", "read=9/60"]) == 0
    capsys.readouterr()
    assert main(["keys", "list", str(path)]) == 0
    assert capsys.readouterr().out == "ci  read  expires=2099-12-31  limit=5/60\ncd  read  limit:read=9/60\n"
    assert main(["keys", "remove", "ci", str(path)]) == 0
    assert main(["keys", "remove", "ci", str(path)]) == 2
    assert "no key called ci" in capsys.readouterr().err
    assert [key.name for key in parse(path.read_text()).keys] == ["cd"]
    assert path.read_text().startswith("# ours\n")


def test_a_new_key_with_an_invalid_option_is_not_created(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys"
    assert main(["keys", "new", "ci", "read", "--file", str(path), "--expires", "soon"]) == 2
    assert "such as 2027-01-31" in capsys.readouterr().err
    assert not path.exists()
