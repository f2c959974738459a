"""Records of a full server's results, in the user's cache folder: a file for each configuration of a server.

The first line of a file is the digest of the rest; the second contains the conditions, and says which further line is
the result of which request. A file is used only if the digest matches and it and its folder are private to this user.
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
"""Maximum number of files in the folder, of all servers; the oldest are removed."""
MAX_RECORD_BYTES = 16 * 1024 * 1024
ONLY_OWNER_FILE, ONLY_OWNER_FOLDER = 0o600, 0o700


class Record:
    """Results of a full server, and when the server is loaded after serving from them."""

    def __init__(self, answers: "Answers", warm_up: float | None) -> None:
        self.answers = answers
        self.warm_up = warm_up
        """Seconds after the first response until the full server is loaded; None loads it on first use."""


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
    """The record of the server with this reference whose conditions are met; None if there is none."""
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
    """Prefix of the names of a server's files: its module, and a digest of the interpreter it runs on."""
    return f"{server.partition('.')[0]}-{digest(json.dumps([server, *interpreter()]).encode())[:12]}-"


def write(server: str, environment: "Mapping[str, str]", head: "dict[str, Any]", answers: "Answers") -> None:
    """Write a record atomically, and remove the oldest ones above `MAX_RECORDS`.

    Raises:
        OSError: the folder cannot be created or written, or other users can access it.
    """
    place = folder(environment)
    os.makedirs(place, ONLY_OWNER_FOLDER, exist_ok=True)
    if not _is_private(os.lstat(place), stat.S_IFDIR):
        raise PermissionError(f"{place} can be accessed by other users; restrict it with `chmod 700`")
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
    """The content of a regular file that only this user can read and write; None for any other."""
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
