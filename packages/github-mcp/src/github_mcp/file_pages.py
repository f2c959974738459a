"""Files and folders as text, page by page; a page after the first reads the very content the first one read."""

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from mcp_chassis.failures import InvalidInput, UpstreamError
from mcp_chassis.results import TextPage

from github_mcp.client import GitHubClient
from github_mcp.models.lists import Json

OBJECT = "application/vnd.github.object+json"
RAW = "application/vnd.github.raw+json"
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_LISTED_ENTRIES = 1000  # what GitHub's contents list at once


@dataclass(frozen=True)
class Place:
    """The content a page is of, by its id, and where the page begins: a character of a file, an entry of a folder."""

    sha: str
    at: int
    line: int = 1


async def file_page(
    github: GitHubClient, owner: str, repo: str, path: str, *, ref: str | None, start: int, lines: int, at: str | None
) -> TextPage:
    """One page of a file, or of a folder's list."""
    path = path.strip("/")
    if at is not None:
        place = Place(**json.loads(at))
        if place.line == 0:
            entries = await _entries(github, owner, repo, path, ref, place.sha)
            return _listing(path, entries, place.sha, place.at, lines)
        content = await _blob(github, owner, repo, place.sha)
        return _text_page(path, content, place, lines=lines, characters=github.page_chars)
    node = await _contents(github, owner, repo, path, ref)
    if isinstance(node, list) or "entries" in node:
        entries, sha = await _folder(github, owner, repo, node)
        return _listing(path, entries, sha, 0, lines)
    if node["type"] != "file":
        target = node.get("target") or node.get("submodule_git_url") or "elsewhere"
        return TextPage(f"{path} is a {node['type']} that points to {target}")
    content = await _content(github, owner, repo, node)
    place = _line_place(node["sha"], content, start)
    return _text_page(path, content, place, lines=lines, characters=github.page_chars)


async def _contents(github: GitHubClient, owner: str, repo: str, path: str, ref: str | None) -> Json | list[Json]:
    tail, values = ("/contents/{+path}", {"path": path}) if path else ("/contents/", {})
    return (await github.read(owner, repo, tail, values, params={"ref": ref}, accept=OBJECT)).json


async def _content(github: GitHubClient, owner: str, repo: str, node: Json) -> bytes:
    """A file's bytes; what is above 1 MB comes without content and is read as a blob."""
    if node["size"] > MAX_FILE_BYTES:
        raise InvalidInput(
            f"This file has {node['size'] / 1024 / 1024:.0f} MiB; up to 10 MiB can be read.",
            remedy="Use search_code to find the part you need.",
        )
    if node["encoding"] == "base64":
        return from_base64(node["content"])
    return await _blob(github, owner, repo, node["sha"])


async def _blob(github: GitHubClient, owner: str, repo: str, sha: str) -> bytes:
    return (await github.read(owner, repo, "/git/blobs/{sha}", {"sha": sha}, accept=RAW)).body


def from_base64(text: str) -> bytes:
    """What GitHub wraps in base64.

    Raises:
        UpstreamError: when it is none.
    """
    try:
        return base64.b64decode(text)
    except ValueError as exc:
        raise UpstreamError("GitHub sent a file's content in a form that cannot be decoded.") from exc


def _line_place(sha: str, content: bytes, start: int) -> Place:
    """Where line `start` begins."""
    text, offset = _decoded(content), 0
    for _ in range(start - 1):
        offset = text.find("\n", offset) + 1
        if offset == 0 or offset == len(text):
            raise InvalidInput(f"start_line is beyond the file's last line, {_line_count(text)}.")
    return Place(sha, offset, start)


def _text_page(path: str, content: bytes, place: Place, *, lines: int, characters: int) -> TextPage:
    if b"\0" in content:
        return TextPage(f"{path}, {len(content)} bytes, blob {place.sha[:7]}: a binary file, not shown")
    text = _decoded(content)
    end, last = _page_end(text, place, lines, characters)
    whole = f"{_line_count(text)}, {len(content)} bytes, blob {place.sha[:7]}"
    head = f"{path}, lines {place.line if text else 0}-{last} of {whole}"
    if "\ufffd" in text and b"\xef\xbf\xbd" not in content:
        head += ", not UTF-8: what cannot be read shows as \ufffd"
    inside = end < len(text) and text[end - 1] != "\n"
    head += ", cut inside the last line" if inside else ""
    rest = Place(place.sha, end, last if inside else last + 1) if end < len(text) else None
    return TextPage(f"{head}\n{text[place.at : end]}", None if rest is None else _position(rest))


def _page_end(text: str, place: Place, lines: int, characters: int) -> tuple[int, int]:
    """The character where the page ends, and its last line; a line longer than a page is cut inside."""
    end, line = place.at, place.line - 1
    for _ in range(lines):
        if end == len(text):
            break
        after = text.find("\n", end) + 1 or len(text)
        if after - place.at > characters:
            if end == place.at:
                return place.at + characters, line + 1
            break
        end, line = after, line + 1
    return end, line


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _line_count(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n") and bool(text))


def _position(place: Place) -> str:
    return json.dumps(asdict(place), separators=(",", ":"))


async def _folder(github: GitHubClient, owner: str, repo: str, node: Json | list[Json]) -> tuple[Sequence[Json], str]:
    """The entries of a folder and its id, which a GitHub that answers with a bare list does not tell."""
    if isinstance(node, list):
        return node, ""
    entries: list[Json] = node["entries"]
    if len(entries) < MAX_LISTED_ENTRIES:
        return entries, node["sha"]
    return await _tree(github, owner, repo, node["sha"]), node["sha"]


async def _entries(github: GitHubClient, owner: str, repo: str, path: str, ref: str | None, sha: str) -> Sequence[Json]:
    """The entries of a folder that was begun."""
    if sha:
        return await _tree(github, owner, repo, sha)
    entries, _ = await _folder(github, owner, repo, await _contents(github, owner, repo, path, ref))
    return entries


async def _tree(github: GitHubClient, owner: str, repo: str, sha: str) -> Sequence[Json]:
    """A folder by its id: every entry, and the same ones whenever it is asked."""
    return (await github.read(owner, repo, "/git/trees/{sha}", {"sha": sha})).json["tree"]


def _listing(path: str, entries: Sequence[Json], sha: str, start: int, lines: int) -> TextPage:
    """Folders with a slash, files with their size in bytes."""
    shown = entries[start : start + lines]
    end = start + len(shown)
    count = f"{len(entries)} entries" if len(shown) == len(entries) else f"entries {start + 1}-{end} of {len(entries)}"
    rest = _position(Place(sha, end, 0)) if end < len(entries) else None
    return TextPage("\n".join([f"{path}/ {count}", *map(_entry_line, shown)]), rest)


def _entry_line(entry: Json) -> str:
    name = entry.get("name") or entry["path"]
    if entry["type"] in ("dir", "tree"):
        return f"{name}/"
    if entry["type"] in ("file", "blob"):
        return f"{name} {entry.get('size', 0)}"
    return f"{name} ({'submodule' if entry['type'] == 'commit' else entry['type']})"
