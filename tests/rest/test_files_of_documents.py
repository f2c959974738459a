"""Files of a document: JSON and YAML, references to other files of its folder, what cannot be read."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_bridges import get
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.openapi.document import Document

TEXT = {"type": "string"}
HEAD: dict[str, Any] = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (f"http://{'x' * 200}", f"to a file outside of its folder: http://{'x' * 73}$"),
        ("http://host/x.json", "to a file outside of its folder"),
        ("/etc/x.json", "to a file outside of its folder"),
        ("a/../../x.json", "to a file outside of its folder"),
        ("none.json", "cannot be read"),
        ("list.json", "does not contain an object"),
    ],
)
def test_a_reference_to_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(BadBridge, match=reason):
        Document({**HEAD, "paths": {}}, tmp_path).resolved({"$ref": f"{name}#/x"})
    with pytest.raises(BadBridge, match="to a file outside of its folder"):
        Document({**HEAD, "paths": {}}).resolved({"$ref": "list.json"})


def test_references_of_another_file_are_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    inner: dict[str, Any] = {
        "own": {"$ref": "#/name"},
        "beside": {"$ref": "other.json"},
        "above": {"$ref": "../top.json#/x"},
        "host": {"$ref": "https://host/x#/y"},
        "root": {"$ref": "/x#/y"},
        "odd": {"$ref": 5},
    }
    more = {"name": TEXT, "list": [{"$ref": "#/name"}, 1]}
    (tmp_path / "parts" / "a.json").write_text(json.dumps({**inner, **more}))
    found = Document({**HEAD, "paths": {}}, tmp_path).resolved({"$ref": "parts/a.json"})
    assert {name: each["$ref"] for name, each in found.items() if isinstance(each, dict) and "$ref" in each} == {
        "own": "parts/a.json#/name",
        "beside": "parts/other.json",
        "above": "top.json#/x",
        "host": "https://host/x#/y",
        "root": "/x#/y",
        "odd": 5,
    }
    assert found["list"] == [{"$ref": "parts/a.json#/name"}, 1]


YAML = """
openapi: 3.0.0
paths:
  /x:
    post:
      operationId: {name}
      deprecated: {truth}
      summary: 2024-01-02
      requestBody: {{required: {truth}, content: {{application/json: {{schema: {{properties: {{a: {{}}}}}}}}}}}}
      responses: {{200: {{content: {{text/plain: {{}}}}}}}}
"""


@pytest.mark.parametrize("suffix", [".yaml", ".yml"])
@pytest.mark.parametrize("truth", ["true", "True", "TRUE", "false", "False", "FALSE"])
def test_truth_in_yaml_is_read_in_each_spelling(tmp_path: Path, truth: str, suffix: str) -> None:
    path = tmp_path / f"api{suffix}"
    path.write_text(YAML.format(name="addIt", truth=truth))
    found = Document.read(path).operation("addIt")
    assert found.body_required is (truth.lower() == "true")
    assert found.node["deprecated"] is found.body_required


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "y", "2024-01-02", "truth"])
def test_other_words_of_yaml_1_1_are_texts(tmp_path: Path, word: str) -> None:
    (tmp_path / "api.yaml").write_text(YAML.format(name=word, truth=word))
    found = Document.read(tmp_path / "api.yaml").operation(word)
    assert (found.node["deprecated"], found.words, found.body_required) == (word, "2024-01-02", False)


@pytest.mark.parametrize("text", ["a: [", "a: \x00", "[" * 3_000, "a: &a [*a]\nb: !!python/object:os.system x"])
def test_a_document_that_is_no_yaml_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "api.yaml").write_text(text)
    with pytest.raises(BadBridge, match="the document is not valid YAML"):
        Document.read(tmp_path / "api.yaml")


def test_a_document_that_is_no_text_is_refused_and_a_byte_order_mark_is_none_of_it(tmp_path: Path) -> None:
    path = tmp_path / "api.json"
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(BadBridge, match=r"the document api\.json cannot be read"):
        Document.read(path)
    path.write_text(json.dumps({**HEAD, "paths": get()}), encoding="utf-8-sig")
    assert list(Document.read(path).operations) == ["get_x"]
