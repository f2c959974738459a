"""Exact lists of resources and templates, and the resource that a URI leads to."""

import dataclasses

import pytest
from mcp.shared.exceptions import MCPError
from mcp_chassis.failures import NotFound
from mcp_chassis.pipeline.resource_registry import ResourceRegistry
from mcp_chassis.results import Content
from mcp_chassis.testing import connected
from mcp_chassis.tools import resource
from mcp_types import BlobResourceContents, TextResourceContents
from sample_server import SAMPLE


@resource("shelf://all", "Whole shelf", mime_type="text/markdown")
async def whole() -> str:
    """Everything."""
    return "all\u200b of it"


@resource("shelf://{row}/{+path}", "A place", mime_type="text/csv", listed=("shelf://1/a", "shelf://2/b"))
async def place(row: str, path: str) -> str:
    """One place."""
    return f"{row} {path}"


@resource("shelf://picture", "A picture", mime_type="image/png")
async def picture() -> Content:
    """A picture of the type that it has."""
    return Content(b"\x89PNG", "image/jpeg")


@resource("shelf://note", "A note")
async def note() -> Content:
    """A text of the type that it has."""
    return Content("no\u200bte", "text/plain")


FUNCTIONS = (whole, place, picture, note)
SERVER = dataclasses.replace(SAMPLE, resources=FUNCTIONS)


async def test_resources_and_examples_of_templates_are_listed_with_title_and_type(era):
    async with connected(SERVER, era=era) as client:
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
    listed = [each.model_dump(exclude_none=True) for each in resources if each.name != "server_diagnostics"]
    a_place = {"name": "place", "title": "A place", "description": "One place.", "mime_type": "text/csv"}
    assert listed == [
        {
            "uri": "shelf://all",
            "name": "whole",
            "title": "Whole shelf",
            "description": "Everything.",
            "mime_type": "text/markdown",
        },
        {
            "uri": "shelf://picture",
            "name": "picture",
            "title": "A picture",
            "description": "A picture of the type that it has.",
            "mime_type": "image/png",
        },
        {
            "uri": "shelf://note",
            "name": "note",
            "title": "A note",
            "description": "A text of the type that it has.",
            "mime_type": "application/json",
        },
        {"uri": "shelf://1/a", **a_place},
        {"uri": "shelf://2/b", **a_place},
    ]
    assert [each.model_dump(exclude_none=True) for each in templates] == [
        {"uri_template": "shelf://{row}/{+path}", **a_place}
    ]


async def test_a_resource_is_read_with_the_type_of_its_content_or_of_its_definition(era):
    async with connected(SERVER, era=era) as client:
        found = [
            (await client.read_resource(f"shelf://{name}")).contents[0] for name in ("all", "1/a/b", "picture", "note")
        ]
    text, placed, image, plain = found
    assert isinstance(text, TextResourceContents)
    assert text.text.splitlines()[0] == "all of it"
    assert text.mime_type == "text/markdown"
    assert isinstance(placed, TextResourceContents)
    assert (placed.text, placed.mime_type, placed.uri) == ("1 a/b", "text/csv", "shelf://1/a/b")
    assert isinstance(image, BlobResourceContents)
    assert (image.blob, image.mime_type) == ("iVBORw==", "image/jpeg")
    assert isinstance(plain, TextResourceContents)
    assert (plain.text.splitlines()[0], plain.mime_type) == ("note", "text/plain")


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("shelf://all", ("whole", {})),
        ("shelf://1/a", ("place", {"row": "1", "path": "a"})),
        ("shelf://1/" + "a" * 4086, ("place", {"row": "1", "path": "a" * 4086})),
        ("shelf://1/" + "a" * 4087, None),
        ("shelf://1/../a", None),
        ("shelf://1", None),
        ("other://1/a", None),
    ],
)
def test_a_uri_leads_to_a_fixed_resource_or_to_a_template_with_its_values(
    uri: str, found: tuple[str, dict[str, str]] | None
):
    registry = ResourceRegistry(FUNCTIONS)
    if found is None:
        with pytest.raises(NotFound, match=r"No resource has this URI\. Choose one of resources/list"):
            registry.find(uri)
    else:
        resource, values = registry.find(uri)
        assert (resource.name, values) == found


@pytest.mark.parametrize(("era", "code"), [("modern", -32602), ("legacy", -32002)])
async def test_an_unknown_resource_is_an_error_with_the_code_of_the_revision(era, code: int):
    async with connected(SERVER, era=era) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource("shelf://none")
    assert refused.value.error.code == code
    assert refused.value.error.data["uri"] == "shelf://none"
