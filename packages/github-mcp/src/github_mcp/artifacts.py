"""Artifacts of a workflow run as text: their list, the files in one, and the text of one file."""

import hashlib
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Sequence
from zipfile import ZipFile, ZipInfo

import anyio.to_thread
from mcp_chassis.failures import Conflict, InvalidInput, NotFound, UpstreamError
from mcp_chassis.results import TextPage

from github_mcp.client import GitHubClient
from github_mcp.client.contents import git_hash
from github_mcp.client.list_pages import named
from github_mcp.file_texts import decoded_position, page_of_text, position_of_line
from github_mcp.records.actions import ArtifactRecord

MAX_ARCHIVE_BYTES = 10 * 1024 * 1024
MAX_MEMBER_BYTES = 10 * 1024 * 1024
MAX_MEMBERS_SHOWN = 1_000
_UNPACKING_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(RuntimeError, NotImplementedError, EOFError, OSError, ValueError),
)
"""Exceptions of `zipfile` and its decompressors for a damaged, encrypted or unsupported file in an archive."""


async def artifact_page(
    github: GitHubClient,
    owner: str,
    repo: str,
    run_id: int,
    *,
    name: str | None,
    path: str | None,
    lines: int,
    position: str | None,
) -> TextPage:
    """The list of a run's artifacts; with `name` the files in one; with `path` one page of a file's text."""
    if name is None:
        found = await github.workflows.artifacts(owner, repo, run_id)
        rest = [] if found.complete else [f"({found.missing or 'an unknown number'} more were not read)"]
        return TextPage(
            "\n".join([f"run {run_id}: {len(found.items)} artifacts", *map(artifact_line, found.items), *rest])
        )
    archive = await _archive(github, owner, repo, await _named(github, owner, repo, run_id, name))
    if path is None:
        members = await anyio.to_thread.run_sync(members_of, archive)
        return TextPage(listing(name, members))
    content = await anyio.to_thread.run_sync(member_content, archive, path)
    identity = git_hash(content)
    place = decoded_position(position) if position else position_of_line(content, identity, 1, by_path=True)
    if place.sha != identity:
        raise Conflict("The artifact has changed since its first page was read.", remedy="Start again without cursor.")
    return page_of_text(f"{name}: {path}", content, place, lines=lines, characters=github.page_chars)


async def _named(github: GitHubClient, owner: str, repo: str, run_id: int, name: str) -> ArtifactRecord:
    """The artifact with exactly this name; if several attempts of the run made one, the newest."""
    found = await github.workflows.artifacts(owner, repo, run_id, name)
    same = [each for each in found.items if each.name == name]
    if not same:
        there = await github.workflows.artifacts(owner, repo, run_id)
        names = named(list(dict.fromkeys(each.name for each in there.items)), complete=there.complete)
        raise NotFound(f"Run {run_id} has no artifact {name!r}.", remedy=f"Its artifacts are: {names}.")
    return max(same, key=lambda each: each.id)


async def _archive(github: GitHubClient, owner: str, repo: str, artifact: ArtifactRecord) -> bytes:
    if artifact.expired:
        when = f" on {artifact.expires_at}" if artifact.expires_at else ""
        text = f"The artifact {artifact.name!r} expired{when}, and GitHub deletes expired artifacts."
        raise NotFound(text, remedy="Run the workflow again to make a new one.")
    if artifact.size_in_bytes is not None and artifact.size_in_bytes > MAX_ARCHIVE_BYTES:
        size = artifact.size_in_bytes / 1024 / 1024
        raise InvalidInput(
            f"The ZIP archive of the artifact has {size:.0f} MiB; this server reads up to 10 MiB.",
            remedy="Read a smaller artifact.",
        )
    content = await github.workflows.artifact_archive(owner, repo, artifact.id)
    digest = (artifact.digest or "").removeprefix("sha256:")
    if digest and hashlib.sha256(content).hexdigest() != digest:
        raise UpstreamError(
            "The artifact that GitHub sent does not match its SHA-256 digest.", remedy="Try again once."
        )
    return content


def _opened(archive: bytes) -> ZipFile:
    try:
        return ZipFile(io.BytesIO(archive))
    except _UNPACKING_ERRORS as exc:
        text = "The artifact that GitHub sent is not a ZIP archive, so it cannot be read."
        raise UpstreamError(text, remedy="Do not retry; read another artifact.") from exc


def members_of(archive: bytes) -> list[ZipInfo]:
    """The files in a ZIP archive, without its folders."""
    with _opened(archive) as opened:
        return [each for each in opened.infolist() if not each.is_dir()]


def member_content(archive: bytes, path: str) -> bytes:
    """The bytes of one file in a ZIP archive, of at most `MAX_MEMBER_BYTES` whatever size the archive declares."""
    with _opened(archive) as opened:
        try:
            with opened.open(path.strip("/")) as member:
                content = member.read(MAX_MEMBER_BYTES + 1)
        except KeyError:
            raise NotFound(
                f"There is no file {path} in the artifact.", remedy="Leave path out to list its files."
            ) from None
        except _UNPACKING_ERRORS as exc:
            text = f"{path} cannot be unpacked: it is damaged, encrypted or unsupported."
            raise UpstreamError(text, remedy="Do not retry; read another file.") from exc
    if len(content) > MAX_MEMBER_BYTES:
        raise InvalidInput(f"{path} has more than 10 MiB; this server reads up to 10 MiB.", remedy="Read another file.")
    return content


def listing(name: str, members: Sequence[ZipInfo]) -> str:
    """Text with the number of files in an artifact, and one line with name and size in bytes for each."""
    shown = [f"{each.filename} {each.file_size}" for each in members[:MAX_MEMBERS_SHOWN]]
    rest = [f"({len(members) - len(shown)} more files)"] if len(members) > len(shown) else []
    return "\n".join([f"{name}: {len(members)} files", *shown, *rest])


def artifact_line(artifact: ArtifactRecord) -> str:
    size = "size unknown" if artifact.size_in_bytes is None else f"{artifact.size_in_bytes} bytes"
    return f"{artifact.name}, {size}{', expired' if artifact.expired else ''}"
