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


RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 3
JAPANESE = "日本語のテキストです。いろはにほへと。" * 3


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "shift_jis"),
        ("这是一个测试文件包含中文文本。" * 3, "gbk"),
    ],
)
def test_an_encoding_in_which_alone_the_bytes_are_a_text_is_detected(text: str, encoding: str) -> None:
    found = encodings.decoded(text.encode(encoding))
    assert found is not None
    assert found[0] == text
    assert "not certain" not in found[1]


@pytest.mark.parametrize(
    "text",
    [
        "Café à Zürich, déjà vu, naïve Gräfin.",
        "name;city\nMüller;Köln\nGarcía;Málaga\n",
        "x = 'café'  # ©",
        "“It\u2019s 5€”, she said",
    ],
)
def test_a_text_of_western_europe_is_read_and_the_doubt_is_told(text: str) -> None:
    assert encodings.decoded(text.encode("cp1252")) == (text, "cp1252, which fits but is not certain")


@pytest.mark.parametrize(
    "raw",
    [
        "né".encode("latin-1"),
        b"\xe9",
        "héllo€".encode()[:-1],
        b"hello \xff\xfe world and some more ascii text here",
        "γρήγορη καφετιά αλεπού πηδάει πάνω".encode("iso8859-7"),
        "Şişli'de güneşli bir gün, çocuklar okula gidiyor.".encode("cp1254"),
    ],
)
def test_bytes_that_are_different_texts_in_several_encodings_are_no_text(raw: bytes) -> None:
    assert encodings.decoded(raw) is None


def test_no_character_of_several_bytes_is_cut_where_detection_ends() -> None:
    text = f"a{JAPANESE}\n" * 1_000
    found = encodings.decoded(text.encode("shift_jis"))
    assert found is not None
    assert found[0] == text


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
        ("notes.txt.gz", b"\x1f\x8b\x08\0", "application/gzip"),
        ("notes.tar.bz2", b"BZh9\0", "application/x-bzip2"),
        ("notes.txt.Z", b"\x1f\x9d\0", "application/octet-stream"),
    ],
)
def test_the_type_of_a_file_follows_its_content_where_the_name_says_otherwise(
    tmp_path: Path, name: str, raw: bytes, kind: str
) -> None:
    place = tmp_path.resolve() / name
    place.write_bytes(raw)
    assert Folder(tmp_path.resolve()).read(str(place)) == (raw, kind)
