"""Uploads in Slack's three requests: a file is shared once, whichever response is lost."""

from base64 import b64encode
from typing import Any

import pytest
from slack_desk import ALICE, GENERAL, Desk

ENV = {"SLACK_TOOLS": "@files", "MCP_READ_TIMEOUT": "1"}


async def test_upload_file_shares_a_text_with_its_comment(desk: Desk):
    shared = await desk.call(
        "upload_file", ENV, channel="general", name="plan.md", text="# Plan\n", comment="**the** plan"
    )
    message = desk.posts()[0]
    assert desk.workspace.file_bytes[shared["id"]] == b"# Plan\n"
    assert message["files"][0]["name"] == "plan.md"
    assert message["blocks"][0]["elements"][0]["elements"][0]["style"] == {"bold": True}
    assert shared["permalink"].endswith("plan.md")


async def test_upload_file_shares_base64_content_unchanged(desk: Desk):
    content = bytes(range(256)) * 3
    encoded = b64encode(content).decode()
    shared = await desk.call("upload_file", ENV, channel="general", name="x.bin", base64=encoded, alt_text="noise")
    assert desk.workspace.file_bytes[shared["id"]] == content
    assert desk.workspace.files[shared["id"]]["alt_txt"] == "noise"


async def test_upload_file_with_the_ts_of_a_reply_shares_into_its_thread(desk: Desk):
    parent = desk.workspace.say(GENERAL, ALICE, "parent")
    reply = desk.workspace.say(GENERAL, ALICE, "reply", thread_ts=parent)
    await desk.call("upload_file", ENV, channel="general", name="a.txt", text="a", thread_ts=reply)
    assert desk.posts()[0]["thread_ts"] == parent


@pytest.mark.parametrize(
    "arguments", [{}, {"text": "", "base64": ""}, {"text": "a", "base64": "YQ=="}, {"base64": "not base64!"}]
)
async def test_upload_file_needs_exactly_one_content_and_sends_no_request_otherwise(
    desk: Desk, arguments: dict[str, Any]
):
    failed = await desk.fail("upload_file", ENV, channel="general", name="a.txt", **arguments)
    assert failed.code == "INVALID_INPUT"
    assert "base64" in failed.message
    assert desk.slack.calls == []


async def test_upload_file_refuses_a_comment_with_a_mass_mention(desk: Desk):
    failed = await desk.fail("upload_file", ENV, channel="general", name="a.txt", text="a", comment="<!channel> look")
    assert failed.code == "PERMISSION_DENIED"
    assert desk.slack.calls == []


async def test_upload_file_refuses_a_channel_that_may_not_be_written(desk: Desk):
    env = {**ENV, "SLACK_WRITE_CHANNELS": "random"}
    failed = await desk.fail("upload_file", env, channel="general", name="a.txt", text="a")
    assert failed.code == "PERMISSION_DENIED"
    assert desk.workspace.pending == {}


@pytest.mark.parametrize("fault", ["reset", "cut", "bad_gateway"])
async def test_an_upload_whose_last_response_is_lost_is_looked_up_and_shared_once(desk: Desk, fault: str):
    desk.slack.faults["files.completeUploadExternal"].append(fault)
    shared = await desk.call("upload_file", ENV, channel="general", name="a.txt", text="a")
    assert shared["recovered"]
    assert desk.workspace.shared == [shared["id"]]


@pytest.mark.parametrize(
    "answer", [{"ok": True}, {"ok": True, "files": None}, {"ok": True, "files": "x"}, {"ok": "yes"}]
)
async def test_an_upload_response_without_the_file_is_an_unknown_outcome(desk: Desk, answer: dict[str, Any]):
    desk.slack.answers["files.completeUploadExternal"] = lambda given: answer
    desk.slack.answers["files.info"] = lambda given: {"ok": True, "file": {"id": given["file"], "channels": []}}
    failed = await desk.fail("upload_file", ENV, channel="general", name="a.txt", text="a")
    assert failed.code == "OUTCOME_UNKNOWN"
    assert "list_files" in failed.message
    assert desk.slack.count("files.completeUploadExternal") == 1


@pytest.mark.parametrize("fault", ["reset", "bad_gateway", "unavailable", "reset_before"])
async def test_lost_upload_bytes_are_sent_again_and_shared_once(desk: Desk, fault: str):
    desk.slack.faults["upload"].append(fault)
    shared = await desk.call("upload_file", ENV, channel="general", name="a.txt", text="a")
    assert desk.workspace.shared == [shared["id"]]


async def test_an_upload_whose_bytes_never_arrive_reports_that_nothing_was_shared(desk: Desk):
    desk.slack.faults["upload"].extend(["unavailable"] * 20)
    failed = await desk.fail("upload_file", ENV, channel="general", name="a.txt", text="a")
    assert failed.code == "SERVICE_UNAVAILABLE"
    assert "nothing was shared" in failed.message
    assert desk.workspace.shared == []


async def test_an_upload_url_outside_slacks_hosts_receives_no_bytes(desk: Desk):
    answer = {"ok": True, "upload_url": "http://127.0.0.1:9/upload/F1", "file_id": "F1"}
    desk.slack.answers["files.getUploadURLExternal"] = lambda given: answer
    failed = await desk.fail("upload_file", ENV, channel="general", name="a.txt", text="a")
    assert (failed.code, "outside its own hosts" in failed.message) == ("UPSTREAM_ERROR", True)


@pytest.mark.parametrize("answer", [{}, {"upload_url": None, "file_id": "F1"}, {"upload_url": "x", "file_id": 7}])
async def test_a_malformed_upload_url_response_is_an_upstream_error_and_shares_nothing(
    desk: Desk, answer: dict[str, Any]
):
    desk.slack.answers["files.getUploadURLExternal"] = lambda given: {"ok": True, **answer}
    failed = await desk.fail("upload_file", ENV, channel="general", name="a.txt", text="a")
    assert failed.code == "UPSTREAM_ERROR"
    assert desk.workspace.shared == []


PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


async def test_read_image_returns_image_content(desk: Desk):
    desk.workspace.add_file(
        "F0IMAGE01", "a.png", PNG, mimetype="image/png", channels=[GENERAL], url=desk.workspace.origin
    )
    async with desk.client(**ENV) as client:
        shown = await client.call_tool("read_image", {"file": "F0IMAGE01"})
    assert (shown.content[1].type, shown.content[1].data) == ("image", b64encode(PNG).decode())
    assert "a.png" in shown.content[0].text


@pytest.mark.parametrize(
    ("content", "rest"),
    [
        (PNG, {"mimetype": "image/svg+xml"}),
        (PNG, {"mimetype": "image/png", "size": 3_000_001}),
        (b"<html>", {"mimetype": "image/png"}),
        (PNG + b"0" * 3_000_000, {"mimetype": "image/png", "size": 10}),
    ],
)
async def test_read_image_refuses_other_files_and_large_images(desk: Desk, content: bytes, rest: dict[str, Any]):
    desk.workspace.add_file("F0IMAGE01", "a.png", content, channels=[GENERAL], url=desk.workspace.origin)
    desk.workspace.files["F0IMAGE01"] |= rest
    failed = await desk.fail("read_image", ENV, file="F0IMAGE01")
    assert failed.code == "INVALID_INPUT"
