"""Folder of exported files: separate for each caller, written atomically, never overwritten."""

import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from mcp_chassis.failures import Conflict, InvalidInput, NotFound, Unavailable
from mcp_chassis.pipeline.caller import LOCAL_PRINCIPAL

PIECE_BYTES = 512 * 1024
MAX_FILES_OF_A_CALLER = 100  # Limit over HTTP, where no user can clear the folder.
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,99}\.(csv|jsonl)")
_DRAFT = re.compile(r"\.export-[0-9a-f]{16}")
_DRAFT_LIFETIME_SECONDS = 3600  # Longer than any call: older drafts belong to processes that were killed.
_BY_DESCRIPTOR = {os.open, os.unlink, os.mkdir, os.stat} <= os.supports_dir_fd
_NO_LINKS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))


class ExportFolder:
    """Exported files of one principal.

    Over stdio they are in the configured folder, over HTTP in a subfolder named by a hash of the principal. Each
    operation opens the folder without following links and resolves names relative to it, so that a path cannot be
    redirected out of the folder meanwhile. Windows lacks this and uses whole paths.
    """

    def __init__(self, root: Path, principal: str) -> None:
        self._root = root
        self._own = None if principal == LOCAL_PRINCIPAL else hashlib.sha256(principal.encode()).hexdigest()[:32]

    def path(self, name: str) -> Path | None:
        """Path of a file for the caller over stdio; None over HTTP, where a path is of no use."""
        return None if self._own else self._root / name

    def refuse(self, name: str) -> None:
        """Check before the query runs that a file with this name can be created.

        Raises:
            InvalidInput: the name is not a plain file name with a known ending, or there are too many files.
            Conflict: a file with the name exists.
        """
        if not _FILE_NAME.fullmatch(name):
            raise InvalidInput(
                f"{name!r} is not a valid file name for an export.",
                remedy="Give a plain name that ends in .csv or .jsonl.",
            )
        with _file_failures(), self._opened() as folder:
            if folder.exists(name):
                raise _already_exists(name)
            folder.sweep()
            if self._own and folder.count() >= MAX_FILES_OF_A_CALLER:
                raise InvalidInput(
                    f"You have {MAX_FILES_OF_A_CALLER} exported files, which is the limit; nothing was written.",
                    remedy="Ask the person who runs this server to remove old files.",
                )

    @contextmanager
    def draft(self, name: str) -> Generator[BinaryIO]:
        """Open a new file, which gets its name when the block succeeds and is removed otherwise.

        Raises:
            Conflict: another file got the name meanwhile; it is not changed.
            Unavailable: the disk is full, or the folder cannot be written.
        """
        with _file_failures(), self._opened() as folder:
            hidden = f".export-{secrets.token_hex(8)}"
            descriptor = folder.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                folder.publish(hidden, name)
            finally:
                with suppress(FileNotFoundError):
                    folder.remove(hidden)

    def piece(self, name: str, number: int) -> bytes:
        """Read the bytes of one piece of a file; the pieces in order are the whole file.

        Raises:
            NotFound: the caller has no such file, or the file has fewer pieces.
        """
        if not _FILE_NAME.fullmatch(name) or number < 1:
            raise _missing_piece()
        try:
            with self._opened() as folder, os.fdopen(folder.open(name, os.O_RDONLY), "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise _missing_piece()
                file.seek((number - 1) * PIECE_BYTES)
                found = file.read(PIECE_BYTES)
        except OSError as exc:
            raise _missing_piece() from exc
        if not found and number > 1:
            raise _missing_piece()
        return found

    @contextmanager
    def _opened(self) -> Generator["_OpenFolder"]:
        with _open_folder(self._root) as root:
            if self._own is None:
                yield root
                return
            with suppress(FileExistsError):
                root.make(self._own)
            with _open_folder(root.place(self._own), root.descriptor) as own:
                yield own


class _OpenFolder:
    """An open folder in which names are resolved, even if its path changes meanwhile.

    Args:
        descriptor: directory file descriptor; None on systems that resolve only whole paths.
    """

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self._path = path
        self.descriptor = descriptor

    def place(self, name: str) -> Path:
        return self._path / name if self.descriptor is None else Path(name)

    def open(self, name: str, flags: int) -> int:
        return os.open(self.place(name), flags | _NO_LINKS, 0o600, dir_fd=self.descriptor)

    def make(self, name: str) -> None:
        os.mkdir(self.place(name), 0o700, dir_fd=self.descriptor)

    def exists(self, name: str) -> bool:
        try:
            self._seen(name)
        except FileNotFoundError:
            return False
        return True

    def remove(self, name: str) -> None:
        os.unlink(self.place(name), dir_fd=self.descriptor)

    def count(self) -> int:
        return sum(1 for name in self._names() if _FILE_NAME.fullmatch(name))

    def sweep(self) -> None:
        """Remove the drafts of processes that were killed."""
        for name in filter(_DRAFT.fullmatch, self._names()):
            with suppress(FileNotFoundError):
                if time.time() - self._seen(name).st_mtime > _DRAFT_LIFETIME_SECONDS:
                    self.remove(name)

    def publish(self, hidden: str, name: str) -> None:
        """Give a finished draft its name with a hard link, since a rename would replace an existing file."""
        source, target = self.place(hidden), self.place(name)
        try:
            if self.descriptor is None:
                source.rename(target)  # On Windows, a rename fails if the name exists.
            else:
                os.link(source, target, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor, follow_symlinks=False)
        except FileExistsError as exc:
            raise _already_exists(name) from exc

    def _names(self) -> list[str]:
        with os.scandir(self._path if self.descriptor is None else self.descriptor) as entries:
            return [str(entry.name) for entry in entries]

    def _seen(self, name: str) -> os.stat_result:
        return os.stat(self.place(name), dir_fd=self.descriptor, follow_symlinks=False)


@contextmanager
def _open_folder(path: Path, within: int | None = None) -> Generator[_OpenFolder]:
    if not _BY_DESCRIPTOR:
        yield _OpenFolder(path, None)
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=within)
    try:
        yield _OpenFolder(path, descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _file_failures() -> Generator[None]:
    """Context that converts file system errors to failures without a path in the message."""
    try:
        yield
    except OSError as exc:
        reason = (exc.strerror or "the operating system refused it").lower()
        raise Unavailable(
            f"The file cannot be written: {reason}. No file was created.",
            remedy="Ask the person who runs this server to check DATABASE_EXPORT_FOLDER.",
        ) from exc


def _already_exists(name: str) -> Conflict:
    return Conflict(
        f"A file {name!r} exists already; it was not changed.",
        remedy="Choose another name, unless the file is from an earlier attempt of yours.",
    )


def _missing_piece() -> NotFound:
    return NotFound(
        "You have no exported file with this name, or the file has fewer pieces.", remedy="Export it first."
    )
