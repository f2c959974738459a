"""Records of what a full server answered, in the user's cache folder: a file for each configuration of a server.

The first line of a file is the digest of the rest; the second holds the conditions and says which of the further lines
answers which request. A file counts only with this digest, and if it and its folder belong to this user alone.
"""

import json
import os
import stat
import sys

from mcp_chassis.stdio.front.conditions import digest, hold, interpreter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    Answers = Mapping[str, Mapping[str, bytes]]

FORMAT = "toolroll front 1"
MAX_RECORDS = 64
"""Files in the folder, of all servers; the oldest make room."""
MAX_RECORD_BYTES = 16 * 1024 * 1024
ONLY_OWNER_FILE, ONLY_OWNER_FOLDER = 0o600, 0o700


class Record:
    """What a full server answered, and how long it may be kept waiting with its load."""

    def __init__(self, answers: "Answers", warm_up: float | None) -> None:
        self.answers = answers
        self.warm_up = warm_up
        """Seconds after the handshake until the server is loaded; on first use where there are none."""


def folder(environment: "Mapping[str, str]") -> str:
    """The folder of the records, in the user's cache folder."""
    home = environment.get("HOME") or os.path.expanduser("~")
    if sys.platform == "darwin":
        cache = os.path.join(home, "Library", "Caches")
    else:
        named = environment.get("XDG_CACHE_HOME", "")
        cache = named if named.strip() and os.path.isabs(named) else os.path.join(home, ".cache")
    return os.path.join(cache, "toolroll", "front")


def find(server: str, environment: "Mapping[str, str]") -> Record | None:
    """The record whose conditions hold, of the server with this reference; None where there is none."""
    place = folder(environment)
    try:
        if not _is_private(os.lstat(place), stat.S_IFDIR):
            return None
        names = [name for name in os.listdir(place) if name.startswith(prefix(server))]
    except OSError:
        return None
    for name in names:
        record = _valid(os.path.join(place, name), environment)
        if record is not None:
            return record
    return None


def prefix(server: str) -> str:
    """How the names of a server's files begin: its module, and a digest of the interpreter it runs on."""
    return f"{server.partition('.')[0]}-{digest(json.dumps([server, *interpreter()]).encode())[:12]}-"


def write(server: str, environment: "Mapping[str, str]", head: "dict[str, Any]", answers: "Answers") -> None:
    """Write a record, so that a reader finds all of it or nothing, and remove the oldest of too many.

    Raises:
        OSError: the folder cannot be made or written, or belongs to others too.
    """
    place = folder(environment)
    os.makedirs(place, ONLY_OWNER_FOLDER, exist_ok=True)
    if not _is_private(os.lstat(place), stat.S_IFDIR):
        raise PermissionError(f"{place} is open to others")
    content = _content(head, answers)
    conditions = head["conditions"]
    configuration = json.dumps([conditions["variables"], conditions["secrets"], conditions["names"]]).encode()
    name = f"{prefix(server)}{digest(configuration)[:12]}"
    temporary = os.path.join(place, f".{name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, ONLY_OWNER_FILE)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.replace(temporary, os.path.join(place, name))
    except OSError:
        os.unlink(temporary)
        raise
    _remove_oldest(place)


def _content(head: "dict[str, Any]", answers: "Answers") -> bytes:
    lines = list({result: None for methods in answers.values() for result in methods.values()})
    places = {
        version: {method: lines.index(result) for method, result in methods.items()}
        for version, methods in answers.items()
    }
    body = b"\n".join([json.dumps({"format": FORMAT, **head, "answers": places}).encode(), *lines])
    return digest(body).encode() + b"\n" + body


def _remove_oldest(place: str) -> None:
    with os.scandir(place) as entries:
        oldest_first = sorted(entries, key=lambda entry: entry.stat(follow_symlinks=False).st_mtime_ns)
    for entry in oldest_first[:-MAX_RECORDS]:
        os.unlink(entry.path)


def _valid(path: str, environment: "Mapping[str, str]") -> Record | None:
    content = _read(path)
    if content is None:
        return None
    first, _, body = content.partition(b"\n")
    if first != digest(body).encode():
        return None
    head, *lines = body.split(b"\n")
    try:
        fields: Any = json.loads(head)
        if fields["format"] != FORMAT or not hold(fields["conditions"], environment):
            return None
        return Record(dict(_answers(fields["answers"], lines)), fields["warm_up"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):  # another version's
        return None


def _answers(places: "Mapping[str, Mapping[str, int]]", lines: list[bytes]) -> "Iterator[tuple[str, dict[str, bytes]]]":
    for version, methods in places.items():
        yield version, {method: lines[place] for method, place in methods.items()}


def _read(path: str) -> bytes | None:
    """The content of a regular file that this user alone can read and write."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not _is_private(status, stat.S_IFREG) or status.st_size > MAX_RECORD_BYTES:
            return None
        return file.read()


def _is_private(status: os.stat_result, file_type: int) -> bool:
    return stat.S_IFMT(status.st_mode) == file_type and status.st_uid == os.getuid() and not status.st_mode & 0o077
