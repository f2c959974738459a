"""Reading files and folders: whole, from a line on and in pages; encodings, binary files and links."""

import random

import pytest
from github_calls import HELLO, Call, Connect
from github_world import Repository, World, blob_sha
from mcp_chassis.testing import failure, text
from scripted_github import ScriptedGitHub

MARK = "\n[more: same arguments with cursor="


@pytest.fixture
def hello(world: World) -> Repository:
    return world.repositories["octocat/hello"]


async def read_on(call: Call, path: str, **arguments: object) -> tuple[list[str], str]:
    """Read all pages of a file; return their header lines and their joined content."""
    heads: list[str] = []
    content = ""
    cursor: dict[str, str] = {}
    while True:
        page = text(await call("get_file", **HELLO, path=path, **arguments, **cursor))
        body, more, following = page.rpartition(MARK)
        head, _, part = (body if more else page).partition("\n")
        heads.append(head)
        inside = more and ", cut inside the last line" in head
        content += part + ("" if inside or not more else "\n")
        if not more:
            return heads, content
        cursor = {"cursor": following.removesuffix("]")}


async def test_a_file_is_shown_as_one_header_line_and_its_text(
    call: Call, github: ScriptedGitHub, world: World, hello: Repository
) -> None:
    code = b"def f(x):\n\treturn x < 1 and x & 2\n"
    world.commit(hello, {"a.py": code})
    page = text(await call("get_file", **HELLO, path="a.py"))
    assert page == f"a.py, lines 1-2 of 2, 34 bytes, blob {blob_sha(code)[:7]}\n{code.decode()}"
    assert len(github.requests) == 1


async def test_start_line_and_max_lines_select_lines(call: Call, world: World, hello: Repository) -> None:
    world.commit(hello, {"n.txt": "".join(f"{n}\n" for n in range(1, 101)).encode()})
    page = text(await call("get_file", **HELLO, path="n.txt", start_line=10, max_lines=3))
    assert page.split("\n")[:4] == ["n.txt, lines 10-12 of 100, 292 bytes, blob 190423f", "10", "11", "12"]
    assert page.split("\n")[4].startswith("[more: same arguments with cursor=")


async def test_a_start_line_beyond_the_end_names_the_last_line(call: Call) -> None:
    error = failure(await call("get_file", **HELLO, path="README.md", start_line=9))
    assert error.message == "start_line is beyond the file's last line, 3."


@pytest.mark.parametrize("max_lines", [1, 2, 9, 1000])
async def test_pages_of_any_size_join_to_the_exact_file(
    call: Call, world: World, hello: Repository, max_lines: int
) -> None:
    content = "one\n\n\r\nthree\u2028still three\n\tfour\n  \nlast without an end"
    world.commit(hello, {"odd.txt": content.encode()})
    _, content_read = await read_on(call, "odd.txt", max_lines=max_lines)
    assert content_read == content


async def test_a_file_of_5_mb_is_read_to_the_end(call: Call, world: World, hello: Repository) -> None:
    chance = random.Random(1)
    lines = [f"{n} {chance.random()} {'x' * chance.randrange(80)}\n" for n in range(75_000)]
    content = "".join(lines)
    world.commit(hello, {"big.csv": content.encode()})
    heads, content_read = await read_on(call, "big.csv", max_lines=10_000)
    assert len(content) > 4_900_000
    assert content_read == content
    assert heads[0].startswith("big.csv, lines 1-")


async def test_a_very_long_line_is_cut_and_can_be_read_whole(call: Call, world: World, hello: Repository) -> None:
    content = "".join(f"{n}," for n in range(40_000))
    world.commit(hello, {"min.js": f"{content}\nlast\n".encode()})
    page = text(await call("get_file", **HELLO, path="min.js"))
    heads, whole = await read_on(call, "min.js", max_lines=1)
    assert "more characters; read all with start_line 1, max_lines 1]" in page
    assert page.endswith("\nlast\n")
    assert len(page) < 4_500
    assert whole == f"{content}\nlast\n"
    assert len(heads) == 5


async def test_pages_of_the_smallest_result_size_join_to_the_exact_file(
    connect: Connect, world: World, hello: Repository
) -> None:
    content = "".join(f"{n} {'x' * (n % 700)}\n" for n in range(60))
    world.commit(hello, {"a.txt": content.encode()})
    async with connect(MCP_MAX_RESULT_CHARS="1000") as client:

        async def call(tool: str, **arguments: object) -> object:
            result = await client.call_tool(tool, arguments)
            assert len(text(result)) <= 1000
            return result

        _, content_read = await read_on(call, "a.txt")
    assert content_read == content


async def test_later_pages_show_the_content_of_the_first_page_after_a_change(
    call: Call, world: World, hello: Repository
) -> None:
    world.commit(hello, {"n.txt": b"1\n2\n3\n4\n"})
    first = text(await call("get_file", **HELLO, path="n.txt", max_lines=2))
    world.commit(hello, {"n.txt": b"a\nb\nc\nd\n"})
    cursor = first.rpartition("cursor=")[2].removesuffix("]")
    second = text(await call("get_file", **HELLO, path="n.txt", max_lines=2, cursor=cursor))
    assert second.startswith("n.txt, lines 3-4 of 4, ")
    assert second.split("\n")[1:3] == ["3", "4"]


async def test_a_file_is_read_at_a_branch_tag_or_commit(call: Call, world: World, hello: Repository) -> None:
    old = world.commit(hello, {"v.txt": b"old\n"})
    world.commit(hello, {"v.txt": b"new\n"})
    world.commit(hello, {"v.txt": b"branch\n"}, branch="topic/one")
    content_read = [
        text(await call("get_file", **HELLO, path="v.txt", ref=ref)) for ref in (old.sha, "main", "topic/one")
    ]
    assert [page.split("\n")[1] for page in content_read] == ["old", "new", "branch"]


async def test_a_folder_is_listed_with_subfolders_and_file_sizes(call: Call, github: ScriptedGitHub) -> None:
    assert text(await call("get_file", **HELLO, path="")) == "/ 2 entries\nREADME.md 15\nsrc/"
    assert text(await call("get_file", **HELLO, path="/src/")) == "src/ 1 entries\napp.py 15"
    assert len(github.requests) == 2


async def test_a_folder_of_1500_files_is_listed_to_the_end(call: Call, world: World, hello: Repository) -> None:
    world.commit(hello, {f"many/f{n:04}": b"" for n in range(1500)})
    heads, content_read = await read_on(call, "many", max_lines=400)
    assert [line.split()[0] for line in content_read.strip().split("\n")] == [f"f{n:04}" for n in range(1500)]
    assert heads[1] == "many/ entries 401-800 of 1500"


async def test_an_empty_file_is_shown_with_zero_lines(call: Call, world: World, hello: Repository) -> None:
    world.commit(hello, {"empty": b""})
    assert text(await call("get_file", **HELLO, path="empty")).startswith("empty, lines 0-0 of 0, 0 bytes, blob ")


async def test_a_binary_file_is_named_and_not_shown(call: Call, world: World, hello: Repository) -> None:
    world.commit(hello, {"logo.png": b"\x89PNG\0\0\1"})
    assert text(await call("get_file", **HELLO, path="logo.png")) == (
        "logo.png, 7 bytes, blob 541b5f1: a binary file, not shown"
    )


async def test_a_file_that_is_not_utf8_is_marked_in_its_header_line(
    call: Call, world: World, hello: Repository
) -> None:
    world.commit(hello, {"latin.txt": "caf\xe9\n".encode("latin-1")})
    head, line, _ = text(await call("get_file", **HELLO, path="latin.txt")).split("\n")
    assert head.endswith("not UTF-8: invalid bytes are shown as \ufffd")
    assert line == "caf\ufffd"


async def test_a_file_too_large_to_read_is_refused_with_its_size(
    call: Call, github: ScriptedGitHub, world: World, hello: Repository
) -> None:
    world.commit(hello, {"huge.bin": b"x" * (11 * 1024 * 1024)})
    error = failure(await call("get_file", **HELLO, path="huge.bin"))
    assert error.code == "INVALID_INPUT"
    assert "11 MiB" in error.message


async def test_a_symbolic_link_is_shown_with_its_target(call: Call, github: ScriptedGitHub) -> None:
    link = {"type": "symlink", "target": "/etc/passwd", "size": 11, "path": "link", "name": "link", "sha": "0" * 40}
    github.fault("GET", ".*/contents/link", status=200, body=link)
    assert text(await call("get_file", **HELLO, path="link")) == "link is a symbolic link to /etc/passwd"


@pytest.mark.parametrize("path", ["../../user", "a/../../x", "a//b", "..", "a/./b"])
async def test_a_path_with_parent_segments_is_refused_without_a_request(
    call: Call, github: ScriptedGitHub, path: str
) -> None:
    assert failure(await call("get_file", **HELLO, path=path)).code == "INVALID_INPUT"
    assert github.requests == []


async def test_files_with_unusual_names_are_read(call: Call, world: World, hello: Repository) -> None:
    names = ["a b.txt", "50%.txt", "q?.txt", "h#sh", "c+d", "ünï/日本.txt", "%2e%2e", "a&b=c"]
    world.commit(hello, {name: name.encode() for name in names})
    content_read = [text(await call("get_file", **HELLO, path=name)).split("\n")[1] for name in names]
    assert content_read == names


async def test_search_code_returns_the_lines_around_a_match(call: Call, world: World, hello: Repository) -> None:
    world.commit(hello, {"src/parse.py": b"def parse_header(line):\n    return line.split(':')\n"})
    result = await call("search_code", query="parse_header repo:octocat/hello")
    assert result.structured_content == {
        "total": 1,
        "items": [
            {
                "repository": "octocat/hello",
                "path": "src/parse.py",
                "fragments": ["def parse_header(line):\n    return line.split(':')\n"],
            }
        ],
    }


async def test_the_log_of_a_failing_job_is_read_from_its_end(connect: Connect, world: World, hello: Repository) -> None:
    log = "".join(f"2026-11-18T11:06:40.1234567Z line {n}\n" for n in range(500))
    job = world.check(hello, hello.branches["main"], "unit", "failure", log=log)
    async with connect(GITHUB_TOOLS="get_job_logs") as client:
        arguments = {**HELLO, "job_id": job.id, "max_lines": 2}
        last = text(await client.call_tool("get_job_logs", arguments))
        cursor = last.rpartition("cursor=")[2].removesuffix("]")
        before = text(await client.call_tool("get_job_logs", {**arguments, "cursor": cursor}))
    assert last.split("\n")[:3] == [f"job {job.id}, lines 499-500 of 500", "line 498", "line 499"]
    assert before.split("\n")[1:3] == ["line 496", "line 497"]


async def test_a_folder_without_a_tree_id_is_listed_to_the_end(call: Call, github: ScriptedGitHub) -> None:
    """Some versions of GitHub do not support the media type that returns a folder's id."""
    entries = [{"name": f"f{n}", "path": f"f{n}", "type": "file", "size": n} for n in range(5)]
    github.fault("GET", ".*/contents/.*", status=200, body=entries, times=9)
    _, content_read = await read_on(call, "", max_lines=2)
    assert content_read.split("\n")[:5] == [f"f{n} {n}" for n in range(5)]


async def test_undecodable_file_content_is_an_upstream_error(call: Call, github: ScriptedGitHub) -> None:
    file = {"type": "file", "size": 3, "encoding": "base64", "content": "a", "sha": "0" * 40}
    github.fault("GET", ".*/contents/.*", status=200, body=file)
    error = failure(await call("get_file", **HELLO, path="x"))
    assert error.code == "UPSTREAM_ERROR"
    assert "not valid base64" in error.message


async def test_a_submodule_in_a_folder_is_marked_as_submodule(call: Call, github: ScriptedGitHub) -> None:
    entries = [{"name": "lib", "path": "lib", "type": "submodule", "size": 0}]
    github.fault("GET", ".*/contents/.*", status=200, body=entries)
    assert text(await call("get_file", **HELLO, path="")) == "/ 1 entries\nlib (submodule)"
