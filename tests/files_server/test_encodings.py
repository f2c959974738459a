"""Texts of files in other encodings than UTF-8, and files whose name and content disagree."""

from pathlib import Path

import pytest
from files_server import encodings
from files_server.folder import Folder

GERMAN = "Die Straße führt über die Brücke zum Fluß, dort wächst schöner grüner Löwenzahn für Bären. " * 4


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_an_encoding_declared_by_a_byte_order_mark_is_read(encoding: str) -> None:
    found = encodings.decoded(GERMAN.encode(encoding))
    assert found is not None
    assert found[0] == GERMAN


def test_utf_8_is_read_as_it_is() -> None:
    assert encodings.decoded("naïve ☃".encode()) == ("naïve ☃", "utf-8")
    assert encodings.decoded(b"") == ("", "utf-8")


def test_a_detected_encoding_gives_back_every_character() -> None:
    found = encodings.decoded(GERMAN.encode("cp1252"))
    assert found is not None
    assert found[0] == GERMAN


def test_bytes_with_nul_and_without_a_mark_are_no_text() -> None:
    assert encodings.decoded(b"PK\x03\x04\0\0") is None


@pytest.mark.parametrize(
    ("name", "raw", "kind"),
    [
        ("notes.txt", b"hello", "text/plain"),
        ("notes.txt", b"\x89PNG\0\0", "application/octet-stream"),
        ("LICENSE", b"MIT", "text/plain"),
        ("core", b"\x7fELF\0\0", "application/octet-stream"),
        ("picture.png", b"\x89PNG\0\0", "image/png"),
        ("data.json", b"{}", "application/json"),
        ("ci.yml", b"a: 1", "application/yaml"),
        ("ci.yaml", b"a: 1", "application/yaml"),
        ("index.ts", b"let a = 1", "text/x-typescript"),
        ("page.tsx", b"let a = 1", "text/x-typescript"),
        ("index.mts", b"let a = 1", "text/x-typescript"),
        ("index.cts", b"let a = 1", "text/x-typescript"),
        ("notes.markdown", b"# A", "text/markdown"),
    ],
)
def test_the_type_of_a_file_follows_its_content_where_the_name_says_otherwise(
    tmp_path: Path, name: str, raw: bytes, kind: str
) -> None:
    place = tmp_path.resolve() / name
    place.write_bytes(raw)
    assert Folder(tmp_path.resolve()).read(str(place)) == (raw, kind)
