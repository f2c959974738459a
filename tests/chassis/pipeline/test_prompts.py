"""Prompts: their list, the limits of their arguments and their messages; and completion within its deadline."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import anyio
import pytest
from mcp.shared.exceptions import MCPError
from mcp_chassis.testing import connected
from mcp_chassis.tools import prompt, resource
from mcp_types import (
    EmbeddedResource,
    PromptMessage,
    PromptReference,
    ResourceTemplateReference,
    TextContent,
    TextResourceContents,
)
from pydantic import Field
from sample_server import SAMPLE, Shelf

TOO_LONG = "the_name must be a single line of at most 2000 characters."


async def complete_late(shelf: Shelf, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    await anyio.sleep_forever()
    return ()


async def complete_with(shelf: Shelf, prefix: str, chosen: Mapping[str, str]) -> Sequence[str]:
    return [f"{prefix}\u200b{chosen.get('the_name', 'nobody')}", *(str(number) for number in range(100))]


@prompt("Greet", complete={"the_name": complete_late, "other": complete_with})
async def greet(the_name: Annotated[str, Field(description="Whom.")], other: str = "") -> str:
    """Greet somebody."""
    return f"Hello {the_name}{other}"


@prompt("Converse")
async def converse() -> list[str | PromptMessage]:
    """Talk with an attachment."""
    attached = TextResourceContents(uri="x://a", text="kept\u200b")
    return [
        "a\u200bsk",
        PromptMessage(role="assistant", content=TextContent(type="text", text="a\u200bnswer")),
        PromptMessage(role="user", content=EmbeddedResource(type="resource", resource=attached)),
    ]


@resource("shelf://{row}", "A row", complete={"row": complete_with})
async def row_of_shelf(row: str) -> str:
    """A row."""
    return row


SERVER = dataclasses.replace(SAMPLE, prompts=(greet, converse), resources=(row_of_shelf,))


async def test_prompts_are_listed_with_titles_for_people_and_the_required_arguments(era):
    async with connected(SERVER, era=era) as client:
        listed = [each.model_dump(exclude_none=True) for each in (await client.list_prompts()).prompts]
    assert listed == [
        {
            "name": "greet",
            "title": "Greet",
            "description": "Greet somebody.",
            "arguments": [
                {"name": "the_name", "title": "The name", "description": "Whom.", "required": True},
                {"name": "other", "title": "Other", "required": False},
            ],
        },
        {"name": "converse", "title": "Converse", "description": "Talk with an attachment.", "arguments": []},
    ]


async def test_an_argument_of_exactly_the_limit_is_accepted():
    async with connected(SERVER) as client:
        built = await client.get_prompt("greet", {"the_name": "x" * 2_000})
    [message] = built.messages
    assert message.content == TextContent(type="text", text="Hello " + "x" * 2_000)
    assert (message.role, built.description) == ("user", "Greet somebody.")


@pytest.mark.parametrize("value", ["x" * 2_001, "a\nb", "a\rb"])
async def test_an_argument_that_is_longer_or_has_a_line_break_is_refused(value: str):
    async with connected(SERVER) as client:
        with pytest.raises(MCPError, match=TOO_LONG):
            await client.get_prompt("greet", {"the_name": value})


async def test_the_name_of_a_refused_argument_is_cut_to_80_characters():
    async with connected(SERVER) as client:
        with pytest.raises(MCPError) as refused:
            await client.get_prompt("greet", {"n" * 81: "a\nb"})
    assert refused.value.error.message.startswith("n" * 80 + " must be a single line")


async def test_the_messages_of_a_prompt_keep_their_roles_and_only_texts_are_cleaned():
    async with connected(SERVER) as client:
        first, second, third = (await client.get_prompt("converse")).messages
    assert isinstance(first.content, TextContent)
    assert isinstance(second.content, TextContent)
    assert (first.role, first.content.text.splitlines()[0]) == ("user", "ask")
    assert (second.role, second.content.text.splitlines()[0]) == ("assistant", "answer")
    assert isinstance(third.content, EmbeddedResource)
    assert isinstance(third.content.resource, TextResourceContents)
    assert third.content.resource.text == "kept\u200b"


async def completed(value: str, chosen: dict[str, str] | None = None) -> Any:
    async with connected(SERVER) as client:
        reference = PromptReference(type="ref/prompt", name="greet")
        return (await client.complete(reference, {"name": "other", "value": value}, chosen)).completion


async def test_a_completion_without_a_deadline_of_its_own_has_that_of_calls():
    async with connected(SERVER, env={"MCP_CALL_DEADLINE": "0.05"}) as client:
        reference = PromptReference(type="ref/prompt", name="greet")
        with pytest.raises(MCPError, match=r"greet did not finish within 0\.05 s"):
            await client.complete(reference, {"name": "the_name", "value": ""})


async def test_a_completer_gets_the_values_chosen_before_and_its_values_are_cleaned_and_counted():
    found = await completed("a", {"the_name": "ann"})
    assert found.values == ["aann", *(str(number) for number in range(99))]
    assert (found.total, found.has_more) == (101, True)
    assert (await completed("a")).values[0] == "anobody"


async def test_the_variable_of_a_template_is_completed_and_an_unknown_template_refused():
    async with connected(SERVER) as client:
        known = ResourceTemplateReference(type="ref/resource", uri="shelf://{row}")
        assert (await client.complete(known, {"name": "row", "value": "b"})).completion.values[0] == "bnobody"
        assert (await client.complete(known, {"name": "column", "value": "b"})).completion.values == []
        unknown = ResourceTemplateReference(type="ref/resource", uri="shelf://{column}")
        with pytest.raises(MCPError, match="No resource template has this URI"):
            await client.complete(unknown, {"name": "row", "value": "b"})
