"""Logs of GitHub Actions jobs: pages from their end, searches in them, and reasons for missing logs."""

import pytest
from github_calls import HELLO, Call, Connect, Use
from github_mcp.job_logs import Log, cut_line, found_lines, line_around, log_lines, visible_line
from github_world import Repository, World
from mcp_chassis.testing import failure, text
from scripted_github import ScriptedGitHub

STAMP = "2026-01-01T00:00:00.0000000Z "


@pytest.fixture
def hello(world: World) -> Repository:
    return world.repositories["octocat/hello"]


async def read(connect: Connect, job_id: int, **arguments: object) -> str:
    async with connect(GITHUB_TOOLS="get_job_logs") as client:
        return text(await client.call_tool("get_job_logs", {**HELLO, "job_id": job_id, **arguments}))


async def test_only_the_end_of_a_very_long_log_is_read(connect: Connect, world: World, hello: Repository) -> None:
    log = "".join(f"{STAMP}line {number} of a long log\n" for number in range(250_000)) + f"{STAMP}##[error]exit 1\n"
    job = world.check(hello, "0" * 40, "unit", "failure", log=log)
    page = await read(connect, job.id, max_lines=3)
    assert page.split("\n")[1:4] == ["line 249998 of a long log", "line 249999 of a long log", "##[error]exit 1"]
    head = page.split("\n")[0]
    read_lines = int(head.partition("of ")[2].split()[0])
    mib = sum(len(line) + 1 for line in log.splitlines()[:-read_lines]) / 1024 / 1024
    assert mib > 1
    assert head.endswith(f" at the log's end; the {mib:.0f} MiB before them were not read")


async def test_pages_of_a_log_go_back_from_its_end_without_gaps(
    connect: Connect, world: World, hello: Repository
) -> None:
    job = world.check(hello, "0" * 40, "unit", "failure", log="".join(f"{STAMP}{n}\n" for n in range(10)))
    async with connect(GITHUB_TOOLS="get_job_logs") as client:
        first = text(await client.call_tool("get_job_logs", {**HELLO, "job_id": job.id, "max_lines": 4}))
        cursor = first.rpartition("cursor=")[2].removesuffix("]")
        arguments = {**HELLO, "job_id": job.id, "max_lines": 4, "cursor": cursor}
        second = text(await client.call_tool("get_job_logs", arguments))
    assert first.split("\n")[:5] == [f"job {job.id}, lines 7-10 of 10", "6", "7", "8", "9"]
    assert second.split("\n")[:5] == [f"job {job.id}, lines 3-6 of 10", "2", "3", "4", "5"]
    assert second.split("\n")[5].startswith("[more: same arguments with cursor=")


async def test_the_last_page_of_a_log_may_have_one_line(connect: Connect, world: World, hello: Repository) -> None:
    job = world.check(hello, "0" * 40, "unit", "failure", log="1\n2\n3\n")
    async with connect(GITHUB_TOOLS="get_job_logs") as client:
        arguments = {**HELLO, "job_id": job.id, "max_lines": 2}
        first = text(await client.call_tool("get_job_logs", arguments))
        cursor = first.rpartition("cursor=")[2].removesuffix("]")
        second = text(await client.call_tool("get_job_logs", {**arguments, "cursor": cursor}))
    assert second == f"job {job.id}, lines 1-1 of 3\n1"


def test_a_progress_bar_is_shown_in_its_last_state() -> None:
    assert visible_line(f"{STAMP}1%\r50%\r100%\r") == "100%"


def test_colours_and_time_stamps_are_removed_from_a_log_line() -> None:
    assert visible_line(f"{STAMP}\x1b[31mFAILED\x1b[0m test_x") == "FAILED test_x"


def test_the_possibly_partial_first_line_of_a_cut_log_is_left_out() -> None:
    assert log_lines(b"half\nwhole\n", cut_at_start=True) == ["whole"]
    assert log_lines(b"half\nwhole\n", cut_at_start=False) == ["half", "whole"]
    assert log_lines(b"only", cut_at_start=True) == ["only"]


def test_bytes_of_a_log_that_are_not_utf8_are_replaced() -> None:
    assert log_lines(b"\xef\xbb\xbfcaf\xe9\n", cut_at_start=False) == ["caf\ufffd"]


def test_a_search_says_that_the_beginning_of_a_long_log_was_not_read() -> None:
    head, *_ = found_lines("job 1", Log(["a hit"], 3.4), "hit", 20, 1_000)
    assert head == "job 1: 1 of 1 lines contain 'hit'; the 3 MiB before them were not read"


def test_a_very_long_log_line_is_cut() -> None:
    assert cut_line("x" * 9000).endswith("[... 7000 more characters in this line]")


@pytest.mark.parametrize(("status", "body"), [(404, b"<Error><Code>BlobNotFound</Code></Error>"), (410, b"{}")])
async def test_a_missing_log_lists_its_possible_reasons(
    connect: Connect, world: World, hello: Repository, github: ScriptedGitHub, status: int, body: bytes
) -> None:
    job = world.check(hello, "0" * 40, "unit", None, log="x")
    github.description = None
    github.fault("GET", "/raw-logs/.*", status=status, body=body, media_type="application/xml", times=9)
    async with connect(GITHUB_TOOLS="get_job_logs") as client:
        error = failure(await client.call_tool("get_job_logs", {**HELLO, "job_id": job.id}))
    assert error.code == "RESOURCE_NOT_FOUND"
    assert "the job has not finished, was cancelled or skipped, its log has expired" in error.message


async def test_an_empty_log_is_reported_as_empty(connect: Connect, world: World, hello: Repository) -> None:
    job = world.check(hello, "0" * 40, "unit", "success", log="")
    assert await read(connect, job.id) == f"job {job.id}: the log is empty"
    job.log = "\nlast\n"
    assert await read(connect, job.id) == f"job {job.id}, lines 1-2 of 2\n\nlast"


async def test_a_file_behind_a_symbolic_link_is_marked_and_paged_by_its_path(
    call: Call, github: ScriptedGitHub
) -> None:
    """GitHub returns the content of the link's target with the blob id of the link."""
    content = "IyBUYXJnZXQKdHdvCnRocmVlCg=="  # "# Target", "two", "three"
    shape = {"type": "file", "encoding": "base64", "size": 20, "path": "link", "sha": "1" * 40, "content": content}
    github.description = None
    github.fault("GET", ".*/contents/link", status=200, body=shape)
    first = text(await call("get_file", **HELLO, path="link", max_lines=1))
    assert "GitHub followed a symbolic link" in first.split("\n")[0]
    cursor = first.rpartition("cursor=")[2].removesuffix("]")
    github.fault("GET", ".*/contents/link", status=200, body=b"# Target\ntwo\nthree\n")
    second = text(await call("get_file", **HELLO, path="link", max_lines=1, cursor=cursor))
    assert second.split("\n")[1] == "two"
    github.fault("GET", ".*/contents/link", status=200, body=b"changed\n")
    assert failure(await call("get_file", **HELLO, path="link", max_lines=1, cursor=cursor)).code == "CONFLICT"


@pytest.fixture
def failed_run(world: World, github: ScriptedGitHub) -> ScriptedGitHub:
    """A GitHub with run 7, which has three jobs of which two have failed."""
    github.description = None
    hello = world.repositories["octocat/hello"]
    log = "\n".join([*(f"step {number}" for number in range(40)), "Error: no such file", "ERROR: exit code 1", "end"])
    jobs = [world.check(hello, "a" * 40, name, "failure", log=f"{name}\n{log}") for name in ("unit", "lint")]
    shown = [{"id": each.id, "name": each.name, "status": "completed", "conclusion": "failure"} for each in jobs]
    passed = {"id": 1, "name": "build", "status": "completed", "conclusion": "success"}
    body = {"total_count": 3, "jobs": [*shown, passed]}
    github.fault("GET", "/repos/octocat/hello/actions/runs/7/jobs", status=200, body=body, times=9)
    return github


async def test_the_logs_of_a_runs_failed_jobs_are_read_together(use: Use, failed_run: ScriptedGitHub) -> None:
    shown = text(await use("get_job_logs", **HELLO, run_id=7, max_lines=6))
    parts = shown.split("\n\n")
    assert [part.split("'")[1] for part in parts] == ["unit", "lint"]
    assert parts[0].endswith("Error: no such file\nERROR: exit code 1\nend")


async def test_a_search_in_a_run_reads_the_log_of_every_failed_job(use: Use, failed_run: ScriptedGitHub) -> None:
    shown = text(await use("get_job_logs", **HELLO, run_id=7, search="step 3"))
    parts = shown.split("\n\n")
    assert [part.splitlines()[0].partition(": ")[2] for part in parts] == ["11 of 44 lines contain 'step 3'"] * 2
    assert [part.split("'")[1] for part in parts] == ["unit", "lint"]


async def test_a_log_search_ignores_case(use: Use, failed_run: ScriptedGitHub) -> None:
    job = data_of_jobs(failed_run)[0]
    shown = text(await use("get_job_logs", **HELLO, job_id=job, search="error:"))
    assert shown.splitlines()[0] == f"job {job}: 2 of 44 lines contain 'error:'"
    assert "42: Error: no such file" in shown
    assert "step 30" not in shown
    assert "0 of 44 lines contain 'nothing'" in text(await use("get_job_logs", **HELLO, job_id=job, search="nothing"))


@pytest.mark.parametrize(
    ("hit", "shown"), [(0, [0, 1, 2]), (1, [0, 1, 2, 3]), (4, [2, 3, 4, 5, 6]), (8, [6, 7, 8, 9]), (9, [7, 8, 9])]
)
def test_a_match_in_a_log_is_shown_with_two_lines_before_and_after_it(hit: int, shown: list[int]) -> None:
    lines = [f"{'hit' if number == hit else 'line'} {number}" for number in range(10)]
    head, *found = found_lines("job 1", Log(lines, 0), "HIT", 20, 1_000)
    assert head == "job 1: 1 of 10 lines contain 'HIT'"
    assert found == [f"{number + 1}: {lines[number]}" for number in shown]


@pytest.mark.parametrize(
    ("limit", "room", "matches"), [(7, 1_000, 2), (6, 1_000, 1), (20, 44, 2), (20, 43, 1), (1, 1, 1)]
)
def test_the_last_matches_in_a_log_are_shown_within_the_limits(limit: int, room: int, matches: int) -> None:
    lines = ["a hit", "b", "c", "d", "e", "f hit", "g", "h", "i", "j hit"]
    head, *found = found_lines("job 1", Log(lines, 0), "hit", limit, room)
    assert head == f"job 1: 3 of 10 lines contain 'hit', the last {matches} are shown"
    assert len([line for line in found if line.endswith("hit")]) == matches


async def test_a_match_at_the_end_of_a_very_long_line_is_shown(
    connect: Connect, world: World, hello: Repository
) -> None:
    line = f"{'x' * 5_000}NEEDLE{'y' * 5_000}"
    job = world.check(hello, "0" * 40, "unit", "failure", log=f"{STAMP}before\n{STAMP}{line}\n")
    head, before, found = (await read(connect, job.id, search="needle")).split("\n")
    assert (head, before) == (f"job {job.id}: 1 of 2 lines contain 'needle'", "1: before")
    assert found.startswith("2: [4000 characters before ...] xxx")
    assert "NEEDLE" in found
    assert found.endswith("[... 4006 more characters in this line]")


async def test_the_header_line_counts_the_matches_that_are_shown(
    connect: Connect, world: World, hello: Repository
) -> None:
    log = "".join(f"{STAMP}{number} hit {'x' * 1_900}\n" for number in range(300))
    job = world.check(hello, "0" * 40, "unit", "failure", log=log)
    head, *shown = (await read(connect, job.id, search="hit")).split("\n")
    last = int(head.partition("the last ")[2].partition(" ")[0])
    assert shown[-1].startswith("300: 299 hit")
    assert len(shown) - 2 <= last <= len(shown)
    assert 2 < last < 300


async def test_a_web_page_instead_of_a_log_is_an_upstream_error(
    connect: Connect, world: World, hello: Repository, github: ScriptedGitHub
) -> None:
    job = world.check(hello, "0" * 40, "unit", "failure", log="x")
    github.description = None
    page = b"<html><body>Please sign in to the proxy</body></html>"
    github.fault("GET", "/raw-logs/.*", status=200, body=page, media_type="text/html; charset=utf-8", times=9)
    async with connect(GITHUB_TOOLS="get_job_logs") as client:
        error = failure(await client.call_tool("get_job_logs", {**HELLO, "job_id": job.id}))
    assert (error.code, error.message) == (
        "UPSTREAM_ERROR",
        "GitHub responded to the request to read the log with a web page; a proxy may have sent it. Try again later.",
    )


def test_terminal_hyperlinks_and_byte_order_marks_are_removed_from_a_log_line() -> None:
    assert visible_line(f"\ufeff{STAMP}a \x1b]8;;http://x\x07link\x1b]8;;\x1b\\ \x1b(Bb") == "a link b"


async def test_a_run_with_unread_jobs_does_not_claim_that_none_failed(use: Use, github: ScriptedGitHub) -> None:
    github.description = None
    jobs = [{"id": number, "name": f"j{number}", "status": "completed", "conclusion": "success"} for number in (5, 6)]
    github.fault("GET", ".*/jobs", status=200, body={"total_count": 40, "jobs": jobs})
    error = failure(await use("get_job_logs", **HELLO, run_id=7))
    assert error.message.startswith("No job of run 7 has failed among the 2 jobs that were read.")
    assert error.message.endswith("j6 (6) and more that were not read.")


def data_of_jobs(github: ScriptedGitHub) -> list[int]:
    return [each.id for each in github.world.repositories["octocat/hello"].checks]


async def test_the_logs_of_a_run_without_failed_jobs_are_refused_with_its_jobs_named(
    use: Use, github: ScriptedGitHub
) -> None:
    github.description = None
    job = {"id": 5, "name": "build", "status": "completed", "conclusion": "success"}
    github.fault("GET", ".*/jobs", status=200, body={"jobs": [job]})
    error = failure(await use("get_job_logs", **HELLO, run_id=7))
    assert "Give the job_id of one job: build (5)" in error.message


async def test_get_job_logs_needs_exactly_one_of_job_id_and_run_id(use: Use) -> None:
    for more in ({}, {"job_id": 1, "run_id": 2}):
        assert failure(await use("get_job_logs", **HELLO, **more)).code == "INVALID_INPUT"


def jobs_of_run(world: World, github: ScriptedGitHub, failed: int, log: str = "a\nb\nc\nd\n") -> list[int]:
    """Give run 7 this number of failed jobs, each with its log; return their ids."""
    github.description = None
    hello = world.repositories["octocat/hello"]
    jobs = [world.check(hello, "a" * 40, f"j{number}", "failure", log=log) for number in range(failed)]
    shown = [{"id": each.id, "name": each.name, "status": "completed", "conclusion": "failure"} for each in jobs]
    body = {"total_count": failed, "jobs": shown}
    github.fault("GET", "/repos/octocat/hello/actions/runs/7/jobs", status=200, body=body, times=9)
    return [each.id for each in jobs]


@pytest.mark.parametrize(
    ("failed", "warning"),
    [
        (5, ""),
        (6, "Further failed jobs that are not shown: 1; get_run names them."),
        (8, "Further failed jobs that are not shown: 3; get_run names them."),
    ],
)
async def test_the_logs_of_five_failed_jobs_are_shown_and_the_others_counted(
    use: Use, world: World, github: ScriptedGitHub, failed: int, warning: str
) -> None:
    ids = jobs_of_run(world, github, failed)
    shown = text(await use("get_job_logs", **HELLO, run_id=7, max_lines=10))
    heads = [line for line in shown.split("\n") if line.startswith("job ")]
    assert heads == [f"job {each} 'j{number}', lines 3-4 of 4" for number, each in enumerate(ids[:5])]
    assert (warning in shown) if warning else "not shown" not in shown


async def test_each_job_of_a_run_gets_at_least_one_line_and_its_share_of_the_page(
    connect: Connect, world: World, github: ScriptedGitHub
) -> None:
    jobs_of_run(world, github, 3, log="".join(f"{'x' * 200}{number}\n" for number in range(1_000)))
    async with connect(GITHUB_TOOLS="get_job_logs", MCP_MAX_RESULT_CHARS="6000") as client:
        few = text(await client.call_tool("get_job_logs", {**HELLO, "run_id": 7, "max_lines": 2}))
        many = text(await client.call_tool("get_job_logs", {**HELLO, "run_id": 7, "max_lines": 900}))
    assert few.count("lines 1000-1000 of 1000") == 3
    counts = [part.count("\n") for part in many.split("\n\n")]
    assert len(counts) == 3
    assert max(counts) - min(counts) <= 1
    assert counts[0] > 3


async def test_a_job_whose_log_cannot_be_read_is_named_with_the_reason_among_the_others(
    use: Use, world: World, github: ScriptedGitHub
) -> None:
    first, second = jobs_of_run(world, github, 2)
    github.fault("GET", f"/repos/octocat/hello/actions/jobs/{first}/logs", status=404, body={"message": "Not Found"})
    parts = text(await use("get_job_logs", **HELLO, run_id=7, max_lines=2)).split("\n\n")
    assert parts[0].startswith(f"job {first} 'j0': There is no log of job {first}")
    assert parts[1] == f"job {second} 'j1', lines 4-4 of 4\nd"


async def test_a_warning_says_that_not_all_jobs_of_a_run_were_read(use: Use, failed_run: ScriptedGitHub) -> None:
    assert "Not all jobs" not in text(await use("get_job_logs", **HELLO, run_id=7, max_lines=2))
    failed_run.forget_faults()
    job = {"id": data_of_jobs(failed_run)[0], "name": "unit", "status": "completed", "conclusion": "failure"}
    body = {"total_count": 40, "jobs": [job]}
    failed_run.fault("GET", "/repos/octocat/hello/actions/runs/7/jobs", status=200, body=body)
    assert "Not all jobs of this run were read." in text(await use("get_job_logs", **HELLO, run_id=7, max_lines=2))


async def test_a_cursor_beyond_the_start_of_a_shorter_log_is_refused_with_a_remedy(
    connect: Connect, world: World, hello: Repository
) -> None:
    job = world.check(hello, "0" * 40, "unit", "failure", log="1\n2\n3\n4\n")
    async with connect(GITHUB_TOOLS="get_job_logs") as client:
        arguments = {**HELLO, "job_id": job.id, "max_lines": 2}
        first = text(await client.call_tool("get_job_logs", arguments))
        cursor = first.rpartition("cursor=")[2].removesuffix("]")
        job.log = "3\n4\n"
        error = failure(await client.call_tool("get_job_logs", {**arguments, "cursor": cursor}))
    assert (error.code, error.message) == (
        "INVALID_INPUT",
        "The log is shorter than when the cursor was made. Read the log again without cursor.",
    )


@pytest.mark.parametrize(("length", "shown"), [(2_000, 2_000), (2_001, 2_037)])
def test_a_log_line_of_2000_characters_is_whole(length: int, shown: int) -> None:
    cut = cut_line("x" * length)
    assert len(cut) == shown
    assert cut.endswith("[... 1 more characters in this line]") is (length > 2_000)


@pytest.mark.parametrize(("before", "is_cut"), [(1_994, False), (1_995, True)])
def test_the_part_around_a_match_is_shown_only_if_it_would_be_cut(before: int, is_cut: bool) -> None:
    line = f"{'x' * before}needle{'y' * 3_000}"
    assert line_around(line, "needle").startswith("[") is is_cut
