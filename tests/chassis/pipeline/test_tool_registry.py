"""What a server may be made of: a mistake is seen when it is built, and named."""

import dataclasses
from typing import Annotated, Any

import pytest
from mcp_chassis.pipeline.arguments import Arguments
from mcp_chassis.pipeline.bound_function import InvalidDefinition
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.results import Result, TextPage
from mcp_chassis.settings import BadSettings
from mcp_chassis.tools import IdempotencyKey, prompt, reads, resource, writes
from pydantic import BaseModel, Field
from sample_server import SAMPLE, echo, fail, wait


class Done(Result):
    ok: bool = True


class Loose(BaseModel):
    name: str


def built(*tools: Any, **changes: Any) -> Any:
    return Dispatch(dataclasses.replace(SAMPLE, tools=tools, **changes), SAMPLE.settings.load({}))


@reads("Sync")
def sync_tool() -> Done:  # pyright: ignore[reportArgumentType]
    """Answer at once."""
    return Done()


async def unmarked() -> Done:
    """Say nothing of what it does."""
    return Done()


@reads("Mute")
async def mute() -> Done:
    return Done()


@reads("List")
async def bare_list() -> list[str]:
    """Answer a bare list."""
    return []


@reads("Loose")
async def loose(label: Loose) -> Done:
    """Take a model that lets unknown fields through."""
    return Done()


@writes("Write", destructive=False, idempotent=False)
async def repeats_itself() -> Done:
    """Write again and again."""
    return Done()


@pytest.mark.parametrize(
    ("tool", "reason"),
    [
        (sync_tool, "must be an async def"),
        (unmarked, "has no definition: mark it with @reads"),
        (mute, "has no docstring"),
        (bare_list, "must return a Result or a TextPage"),
        (loose, "nested models must forbid extra fields: label"),
        (repeats_itself, "needs a parameter idempotency_key"),
    ],
)
def test_a_tool_that_breaks_a_rule_is_refused_by_name(tool: Any, reason: str):
    with pytest.raises(TypeError, match=f"{tool.__name__}.*{reason}"):
        built(tool)


def test_two_tools_of_one_name_are_refused():
    with pytest.raises(InvalidDefinition, match="two tools are called echo"):
        built(echo, echo)


@resource("sample://a", "A")
async def first() -> str:
    """A thing."""
    return "a"


@resource("sample://{b}", "B")
async def second(c: str) -> str:
    """A thing whose variable has another name."""
    return c


@prompt("P")
async def ask() -> str:
    """Ask."""
    return "a"


def test_two_resources_of_one_uri_are_refused():
    with pytest.raises(InvalidDefinition, match="two resources are called sample://a"):
        built(echo, resources=(first, first))


def test_a_template_whose_variables_are_not_its_parameters_is_refused():
    with pytest.raises(InvalidDefinition, match="its parameters must be the variables"):
        built(echo, resources=(second,))


def test_two_prompts_of_one_name_are_refused():
    with pytest.raises(InvalidDefinition, match="two prompts are called ask"):
        built(echo, prompts=(ask, ask))


def test_a_chosen_tool_that_does_not_exist_stops_the_start_and_is_named():
    with pytest.raises(
        BadSettings, match=r"SAMPLE_TOOLS: there is no tool called ecco\. Did you mean echo\? Choose from list_things"
    ):
        Dispatch(SAMPLE, SAMPLE.settings.load({"SAMPLE_TOOLS": "ecco"}))


def test_an_eleventh_tool_stops_the_start_and_is_named():
    @reads("One more")
    async def eleventh() -> Done:
        """One too many."""
        return Done()

    server = dataclasses.replace(SAMPLE, more_tools=(eleventh,))
    chosen = ",".join(tool.__name__ for tool in server.every_tool)
    with pytest.raises(BadSettings, match="at most 10 tools; leave out eleventh or another"):
        Dispatch(server, server.settings.load({"SAMPLE_TOOLS": chosen}))


def test_a_tool_that_is_off_by_default_is_offered_where_it_is_named():
    server = dataclasses.replace(SAMPLE, tools=(echo,), more_tools=(repeatable,))
    assert [tool.name for tool in Dispatch(server, server.settings.load({})).inventory.wire] == ["echo"]
    named = Dispatch(server, server.settings.load({"SAMPLE_TOOLS": "repeatable"}))
    assert [tool.name for tool in named.inventory.wire] == ["repeatable"]


@writes("Write", destructive=True, idempotent=False, open_world=False)
async def repeatable(idempotency_key: IdempotencyKey = None) -> TextPage:
    """Write once a key."""
    return TextPage("done")


def test_annotations_match_the_effect_and_schemas_are_pruned():
    (tool,) = built(repeatable).inventory.wire
    assert tool.annotations is not None
    assert tool.annotations.model_dump(by_alias=True, exclude_none=True) == {
        "readOnlyHint": False,
        "destructiveHint": True,
        "idempotentHint": False,
        "openWorldHint": False,
    }
    assert tool.input_schema == {
        "type": "object",
        "properties": {
            "idempotency_key": {
                "type": "string",
                "minLength": 1,
                "maxLength": 255,
                "description": "Same key and arguments within 24 h: done once.",
            }
        },
        "additionalProperties": False,
    }
    assert tool.output_schema is None


class Titled(BaseModel, extra="forbid"):
    title: str = "a title"


async def titled(title: Annotated[str, Field(title="Noise")], nested: Titled | None = None) -> None: ...


def test_a_property_called_title_is_kept_and_titles_of_schemas_are_removed():
    schema = Arguments(titled, ()).schema
    assert schema["properties"]["title"] == {"type": "string"}
    assert schema["properties"]["nested"] == {
        "type": "object",
        "properties": {"title": {"type": "string", "default": "a title"}},
        "additionalProperties": False,
    }
    assert schema["required"] == ["title"]


class Node(BaseModel, extra="forbid"):
    children: "list[Node]" = []


async def recursive(node: Node) -> None: ...


def test_a_schema_that_refers_to_itself_is_refused():
    with pytest.raises(TypeError, match="refers to itself"):
        Arguments(recursive, ())


def test_definitions_are_the_same_in_every_build():
    first_build, second_build = (Dispatch(SAMPLE, SAMPLE.settings.load({})).inventory.wire for _ in range(2))
    assert [tool.model_dump_json() for tool in first_build] == [tool.model_dump_json() for tool in second_build]


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ("@some", ["echo", "wait"]),
        ("@some,@more", ["echo", "wait", "fail"]),
        ("report,@some,echo", ["report", "echo", "wait"]),
    ],
)
def test_profiles_and_names_are_offered_together_each_tool_once(chosen: str, names: list[str]):
    profiles = {"some": (echo, wait), "more": (wait, fail)}
    server = dataclasses.replace(SAMPLE, profiles=profiles)
    built_server = Dispatch(server, server.settings.load({"SAMPLE_TOOLS": chosen}))
    assert [tool.name for tool in built_server.inventory.wire] == names


def test_a_chosen_profile_that_does_not_exist_stops_the_start_and_is_named():
    server = dataclasses.replace(SAMPLE, profiles={"some": (echo,)})
    with pytest.raises(
        BadSettings, match=r"SAMPLE_TOOLS: there is no profile called @sum. Did you mean @some\? Choose from .*@some"
    ):
        Dispatch(server, server.settings.load({"SAMPLE_TOOLS": "@sum"}))
