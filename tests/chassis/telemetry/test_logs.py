"""Log lines: their shape, what they never hold, and that they never hold up a server."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mcp_chassis.telemetry import call_log as calls
from mcp_chassis.telemetry import logs
from mcp_chassis.telemetry.metrics import Metrics

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What was logged since the last time it was asked."""
    reading, writing = os.pipe()
    handler = logs.QueuedLines(writing)
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)

    def written() -> list[dict[str, Any]]:
        handler.flush(10)
        os.set_blocking(reading, False)
        return [json.loads(line) for line in os.read(reading, 1_000_000).splitlines()]

    yield written
    root.handlers[:] = before[1]
    root.setLevel(before[0])
    os.close(reading)
    os.close(writing)


def test_a_line_has_the_documented_keys_and_leaves_out_what_is_absent(lines: Lines) -> None:
    logging.getLogger("somewhere").warning("%d of %d", 1, 2)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"level": "WARNING", "logger": "somewhere", "message": "1 of 2"}


def test_an_exception_is_logged_with_its_traceback(lines: Lines) -> None:
    try:
        int("why")
    except ValueError:
        logging.getLogger("somewhere").exception("It broke.")
    (line,) = lines()
    assert line["message"] == "It broke."
    assert line["exception"].startswith("Traceback")
    assert line["exception"].rstrip().endswith("'why'")


class Unshowable:
    def __init__(self, bug: type[Exception]) -> None:
        self._bug = bug

    def __repr__(self) -> str:
        raise self._bug


@pytest.mark.parametrize("bug", [AttributeError, ZeroDivisionError, IndexError, RuntimeError, OSError])
def test_an_object_that_cannot_be_formatted_does_not_fail_the_call_that_logs_it(
    lines: Lines, bug: type[Exception]
) -> None:
    logger = logging.Logger("somewhere")  # on its own: pytest's handler fails the test instead
    logger.addHandler(logging.getLogger().handlers[0])
    logger.warning("%r", Unshowable(bug))
    logger.warning("Fields.", extra={"fields": {"it": Unshowable(bug)}})
    assert [(line["logger"], line["message"]) for line in lines()] == [
        ("somewhere", "A log record could not be formatted."),
    ] * 2


def test_lines_written_during_a_call_carry_its_tool_and_request_id(lines: Lines) -> None:
    with calls.logged("get_issue", "7") as call:
        logging.getLogger("deep.inside").info("asking")
        call.outcome = calls.OK
    logging.getLogger("deep.inside").info("after")
    inside = [line for line in lines() if line["logger"] == "deep.inside"]
    assert [(line.get("tool"), line.get("request_id")) for line in inside] == [("get_issue", "7"), (None, None)]


def test_a_call_is_logged_at_its_start_and_end_and_audited_once(lines: Lines) -> None:
    ticks = iter([1.0, 1.25])
    metrics = Metrics()
    with calls.logged("get_issue", "7", "key-1", metrics=metrics, clock=lambda: next(ticks)) as call:
        call.outcome = calls.OK
    written = lines()
    assert [line["message"] for line in written] == ["call started", "call completed", "tool call"]
    audit = written[-1]
    del audit["timestamp"]
    assert audit == {
        "level": "INFO",
        "logger": "mcp_chassis.audit",
        "message": "tool call",
        "tool": "get_issue",
        "request_id": "7",
        "principal": "key-1",
        "outcome": "ok",
        "duration_ms": 250.0,
    }
    assert metrics.snapshot()["calls"]["get_issue"]["outcomes"] == {"ok": 1}


def test_a_failed_call_is_logged_with_its_code(lines: Lines) -> None:
    with calls.logged("get_issue", "7") as call:
        call.outcome = "RATE_LIMITED"
    failed, audit = lines()[1:]
    assert (failed["level"], failed["message"], failed["outcome"]) == ("WARNING", "call failed", "RATE_LIMITED")
    assert (audit["principal"], audit["outcome"]) == ("local", "RATE_LIMITED")


def test_a_call_that_is_cancelled_is_audited_as_cancelled(lines: Lines) -> None:
    with pytest.raises(KeyboardInterrupt), calls.logged("get_issue", "7"):
        raise KeyboardInterrupt
    assert lines()[-1]["outcome"] == "cancelled"


def test_requested_arguments_are_only_in_the_audit_line_redacted_and_then_cut(lines: Lines) -> None:
    secret = "canary-of-the-audit-5b1f"
    logs.register_secret(secret)
    filled = "x" * (calls.MAX_ARGUMENTS_CHARS - len(secret))
    deep: dict[str, object] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    for arguments in ({"title": "Ünïcode", "token": secret}, {"body": f"{filled}{secret}{filled}"}, deep):
        with calls.logged("create_issue", "7", arguments=arguments):
            pass
    written = lines()
    short, long, unfit = (line["arguments"] for line in written if line["message"] == "tool call")
    assert short == '{"title": "Ünïcode", "token": "[secret removed]"}'
    assert long.startswith('{"body": "xxx')
    assert len(long) == calls.MAX_ARGUMENTS_CHARS + len(" ...")
    assert unfit == "arguments that cannot be serialised"
    assert secret[:8] not in str(written)
    assert [line["message"] for line in written if "arguments" in line] == ["tool call"] * 3


def test_a_secret_is_removed_from_message_arguments_fields_and_exception(lines: Lines) -> None:
    secret = "canary-log/+=41c7"
    logs.register_secret(secret)
    try:
        int(secret)
    except ValueError:
        logging.getLogger("x").exception("sent %s", {"token": secret}, extra={"fields": {"principal": secret}})
    logging.getLogger("x").error("canary-log%2F%2B%3D41c7 beside canary-log/+=41c8")
    first, second = lines()
    assert "41c7" not in json.dumps(first)
    assert first["principal"] == "[secret removed]"
    assert second["message"] == "[secret removed] beside canary-log/+=41c8"


def test_a_record_whose_arguments_do_not_match_its_format_is_logged_without_them(lines: Lines) -> None:
    record = logging.makeLogRecord({"name": "x", "msg": "%d", "args": ("a value nobody should see",)})
    logging.getLogger().handlers[0].handle(record)  # not logged: pytest's own handler would raise
    (line,) = lines()
    assert line["message"] == "A log record could not be formatted."
    assert line["logger"] == "x"


def test_a_huge_message_keeps_its_beginning_and_its_end(lines: Lines) -> None:
    logging.getLogger("x").error("%s", "begin" + "x" * 100_000 + "end")
    (line,) = lines()
    assert len(line["message"]) < 17_000
    assert line["message"].startswith("begin")
    assert line["message"].endswith("end")


def test_unread_standard_error_drops_lines_and_does_not_block() -> None:
    reading, writing = os.pipe()
    handler = logs.QueuedLines(writing, capacity=50)
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": "y" * 1000})
    for _ in range(2000):
        handler.emit(record)
    received = _read_in_background(reading)
    handler.flush(10)
    handler.emit(record)
    handler.flush(10)
    os.close(writing)
    written = [json.loads(line) for line in received().splitlines()]
    messages = [line["message"] for line in written]
    dropped = [message for message in messages if message.endswith("standard error was not read.")]
    assert dropped
    assert {line["level"] for line in written if line["message"] in dropped} == {"WARNING"}
    assert len(messages) - len(dropped) + sum(int(message.split()[0]) for message in dropped) == 2001
    os.close(reading)


def _read_in_background(descriptor: int) -> Callable[[], bytes]:
    parts: list[bytes] = []

    def read() -> None:
        while part := os.read(descriptor, 65536):
            parts.append(part)

    thread = threading.Thread(target=read)
    thread.start()

    def joined() -> bytes:
        thread.join(10)
        return b"".join(parts)

    return joined


CONFIGURED = """
import logging, sys
from mcp_chassis.telemetry import logs

class Settings:
    log_level, debug = {level!r}, {debug!r}
    def secrets(self): return iter(["canary-start-77ab"])

logs.configure(Settings())
"""


def _run(body: str, level: str = "INFO", debug: bool = False) -> list[dict[str, Any]]:
    code = CONFIGURED.format(level=level, debug=debug) + body
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=30, check=False)
    assert ended.stdout == b""
    return [json.loads(line) for line in ended.stderr.splitlines()]


def test_the_last_lines_before_the_end_are_written() -> None:
    (line,) = _run("logging.getLogger('mcp_chassis.a').info('the last word')")
    assert line["message"] == "the last word"


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
@pytest.mark.parametrize("debug", [False, True])
def test_libraries_log_from_warning_on_whatever_the_settings_are(level: str, debug: bool) -> None:
    names = ("httpx2", "httpcore2", "mcp.server", "sse_starlette.sse", "uvicorn.error", "asyncio", "anything")
    body = f"\nfor name in {(*names, 'mcp_chassis.own')!r}: logging.getLogger(name).info('hi')"
    assert [line["logger"] for line in _run(body, level, debug)] == ["mcp_chassis.own"]
    assert len(_run(f"\nfor name in {names!r}: logging.getLogger(name).warning('hi')", level, debug)) == len(names)


def test_the_core_logs_at_the_level_of_the_settings() -> None:
    body = "\nown = logging.getLogger('mcp_chassis.own'); own.info('hi'); own.error('oh')"
    assert [line["message"] for line in _run(body, level="ERROR")] == ["oh"]


def test_the_package_of_a_server_logs_at_the_level_of_its_settings() -> None:
    body = "\nlogs.own('weather_mcp', Settings()); logging.getLogger('weather_mcp.client').info('hi')"
    assert [line["message"] for line in _run(body)] == ["hi"]


@pytest.mark.parametrize(
    ("logged", "written"),
    [
        ("GET https://api.example/search?q=secret+plans 200", "GET https://api.example/search?... 200"),
        ("for url 'postgresql://db/x?user=eve'", "for url 'postgresql://db/x?...'"),
        ("is https://a.example/b right? yes", "is https://a.example/b right? yes"),
        ("why? because", "why? because"),
    ],
)
def test_a_url_is_written_without_its_query(lines: Lines, logged: str, written: str) -> None:
    logging.getLogger("x").warning(logged)
    (line,) = lines()
    assert line["message"] == written


def test_a_url_in_a_traceback_is_written_without_its_query(lines: Lines) -> None:
    failure = ValueError("no answer from https://api.example/search?q=secret+plans")
    logging.getLogger("x").error("failed", exc_info=failure)
    (line,) = lines()
    assert "https://api.example/search?..." in line["exception"]
    assert "secret+plans" not in str(line)


def test_audit_lines_are_written_whatever_the_level_is() -> None:
    body = (
        "\nfrom mcp_chassis.telemetry import call_log"
        "\nwith call_log.logged('get_issue', '7') as call: call.outcome = call_log.OK"
    )
    assert [line["message"] for line in _run(body, level="ERROR")] == ["tool call"]


def test_a_line_may_contain_half_of_a_surrogate_pair_and_any_object(lines: Lines) -> None:
    logs.log_event(logging.getLogger("x"), logging.INFO, "half \ud800", thing=object, text="é")
    (line,) = lines()
    assert (line["message"], line["text"]) == ("half \ud800", "é")
    assert line["thing"] == "<class 'object'>"


def test_an_error_that_ends_the_process_is_one_line_without_secrets() -> None:
    (line,) = _run("raise ValueError('canary-start-77ab')")
    assert line["level"] == "CRITICAL"
    assert "canary-start-77ab" not in json.dumps(line)
    assert "ValueError" in line["exception"]


def test_a_python_warning_is_logged_as_a_line() -> None:
    (line,) = _run("import warnings; warnings.warn('old ways')")
    assert line["level"] == "WARNING"
    assert "old ways" in line["message"]


def test_a_process_whose_standard_error_nobody_reads_still_ends() -> None:
    body = "\nfor _ in range(5000): logging.getLogger('a').info('x' * 1000)"
    process = subprocess.Popen([sys.executable, "-c", CONFIGURED.format(level="INFO", debug=False) + body], stderr=-1)
    assert process.wait(timeout=30) == 0
    assert process.stderr
    process.stderr.close()


def test_a_process_whose_standard_error_is_closed_still_ends() -> None:
    code = CONFIGURED.format(level="INFO", debug=False) + "\nimport os; os.close(2); logging.getLogger('a').info('x')"
    assert subprocess.run([sys.executable, "-c", code], timeout=30, check=False).returncode == 0
