"""References in OpenAPI documents: percent-encoded, into lists, into other files, lost."""

import json
from pathlib import Path

import pytest
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import proposed

ANSWER = {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object"}}}}}
HEAD = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}}


def get(identifier: str, **more: object) -> dict[str, object]:
    return {"operationId": identifier, "summary": f"Get {identifier}.", "responses": ANSWER, **more}


def test_pointers_may_be_percent_encoded_and_name_items_of_lists() -> None:
    given = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    paths = {
        "/items/{id}": {"get": get("get_item", parameters=[given])},
        "/items/{id}/a": {"get": get("get_a", parameters=[{"$ref": "#/paths/~1items~1%7Bid%7D/get/parameters/0"}])},
        "/items/{id}/b": {"get": get("get_b", parameters=[{"$ref": "#/paths/~1items~1{id}/get/parameters/0"}])},
    }
    operations = Document({**HEAD, "paths": paths}).operations
    assert [operations[name].parameters[0]["name"] for name in ("get_a", "get_b")] == ["id", "id"]


def test_a_lost_reference_costs_one_operation_and_is_named() -> None:
    paths = {"/a": {"get": get("get_a")}, "/b": {"get": get("get_b", parameters=[{"$ref": "#/components/lost"}])}}
    document = Document({**HEAD, "paths": paths})
    proposal = proposed(document, "api.json", 10)
    assert [tool.name for tool in proposal.bridge.requests] == ["get_a"]
    assert any("get_b is left out" in warning and "#/components/lost" in warning for warning in proposal.warnings)
    with pytest.raises(BadBridge, match="the operation get_b cannot be read"):
        document.operation("get_b")


def test_a_long_lost_reference_is_shown_in_its_first_120_characters() -> None:
    with pytest.raises(BadBridge) as caught:
        Document(HEAD | {"paths": {}}).resolved({"$ref": f"#/{'x' * 300}"})
    assert str(caught.value).endswith(f": #/{'x' * 118}")


def test_a_document_may_be_split_over_files_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    pet = {"type": "object", "properties": {"name": {"$ref": "#/Name"}, "owner": {"$ref": "../people.json#/Person"}}}
    (tmp_path / "schemas" / "pet.json").write_text(json.dumps({"Pet": pet, "Name": {"type": "string"}}))
    (tmp_path / "people.json").write_text(json.dumps({"Person": {"type": "string"}}))
    (tmp_path / "paths.json").write_text(
        json.dumps(
            {
                "pets": {
                    "get": get(
                        "get_pet",
                        responses={
                            "200": {
                                "description": "ok",
                                "content": {"application/json": {"schema": {"$ref": "schemas/pet.json#/Pet"}}},
                            }
                        },
                    )
                }
            }
        )
    )
    (tmp_path / "api.json").write_text(json.dumps({**HEAD, "paths": {"/pet": {"$ref": "paths.json#/pets"}}}))
    proposal = proposed(Document.read(tmp_path / "api.json"), "api.json", 10)
    assert 'keep = ["name", "owner"]' in proposal.text


@pytest.mark.parametrize("outside", ["../secret.json#/x", "/etc/passwd", "https://host.example/x.json"])
def test_a_reference_out_of_the_folder_is_never_followed(outside: str, tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text(json.dumps({**HEAD, "paths": {"/pet": {"$ref": outside}}}))
    document = Document.read(tmp_path / "api.json")
    assert document.operations == {}
    assert all("outside of its folder" in reason for reason in document.unreadable.values())


def test_swagger_2_is_refused_with_the_way_to_convert_it() -> None:
    with pytest.raises(BadBridge, match=r"is Swagger 2\.0; convert it to OpenAPI 3 first"):
        Document({"swagger": "2.0", "paths": {}})


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("get", "/load_balancers", "list_load_balancers"),
        ("get", "/v2/account/keys", "list_account_keys"),
        ("get", "/floating_ips/{id}", "get_floating_ip"),
        ("post", "/api/v1/users", "create_user"),
        ("delete", "/users/{id}", "delete_user"),
        ("put", "/users/{id}/address", "update_users_address"),
    ],
)
def test_an_operation_without_an_id_is_named_by_its_verb_and_path(method: str, path: str, name: str) -> None:
    where = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}] if "{" in path else []
    operation = {"summary": "Do it.", "parameters": where, "responses": ANSWER}
    proposal = proposed(Document({**HEAD, "paths": {path: {method: operation}}}), "api.json", 10)
    assert [tool.name for tool in proposal.bridge.requests] == [name]
