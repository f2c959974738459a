"""Questions that a rule and a tool ask together, questions that need the context, and texts of agreements."""

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import pytest
from mcp.server.mcpserver import Context
from mcp_chassis.pipeline.secret_patterns import masked_json
from mcp_chassis.testing import connected, data, failure
from mcp_chassis.tools import Confirm, IdempotencyKey, writes
from mcp_types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult
from pydantic import Field
from sample_server import SAMPLE, Put, Shelves

TOKEN = "ghp_" + "a1B2" * 9


async def question(ctx: Context, shelf: Shelves, name: str) -> str | None:
    if name == "free":
        return None
    return f"Put {name} beside {len(shelf.put)} things in {ctx.protocol_version}?"


@writes("Put when agreed", destructive=False, idempotent=False, confirm=question)
async def put_agreed(
    shelf: Shelves,
    name: Annotated[str, Field(max_length=100)],
    labels: list[str] | None = None,
    confirm: Confirm = None,
    idempotency_key: IdempotencyKey = None,
) -> Put:
    """Put a thing once a person has agreed."""
    shelf.put.append(name)
    return Put(number=len(shelf.put))


SERVER = dataclasses.replace(SAMPLE, tools=(put_agreed,), resources=(), prompts=())


class Person:
    """Agrees, and records the questions."""

    def __init__(self, content: dict[str, Any] | None = None) -> None:
        self.asked: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.content = {"agree": True} if content is None else content

    async def __call__(self, context: Any, params: ElicitRequestParams) -> ElicitResult:
        self.asked.append(params.message)
        assert isinstance(params, ElicitRequestFormParams)
        self.forms.append(params.requested_schema)
        return ElicitResult(action="accept", content=self.content)


@pytest.fixture
def policy(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "policy.toml"
    path.write_text('[[rule]]\ntool = "put_agreed"\nthen = "ask"\n')
    return {"MCP_POLICY_FILE": str(path)}


RULE = "Rule 1 of the policy file asks for your agreement to put_agreed."


async def test_a_rule_and_a_tool_ask_one_question_with_both_reasons_and_the_arguments(era, policy: dict[str, str]):
    person = Person()
    async with connected(SERVER, era=era, env=policy, elicitation_callback=person) as client:
        version = client.protocol_version if hasattr(client, "protocol_version") else None
        assert data(await client.call_tool("put_agreed", {"name": "vase", "labels": ["a"]})) == {"number": 1}
        assert data(await client.call_tool("put_agreed", {"name": "free"})) == {"number": 2}
    first, second = person.asked
    lines = first.splitlines()
    assert (lines[0], lines[2:]) == (RULE, ['name: "vase"', 'labels: ["a"]'])
    assert lines[1].startswith("Put vase beside 0 things in 202")
    assert version is None or version in lines[1]
    assert second.splitlines() == [RULE, 'name: "free"']
    title = {"title": "Agreement"} if era == "legacy" else {}
    assert person.forms[0] == title | {
        "type": "object",
        "properties": {"agree": {"type": "boolean", "title": "Agree", "description": "Yes, do this."}},
        "required": ["agree"],
    }


async def test_a_code_cannot_replace_the_persons_agreement_to_a_rule(policy: dict[str, str]):
    async with connected(SERVER, env=policy) as client:
        for arguments in ({"name": "vase"}, {"name": "vase", "confirm": "abcdefghijkl"}):
            refused = failure(await client.call_tool("put_agreed", arguments))
            assert refused.code == "PERMISSION_DENIED"
            assert refused.message.endswith("Only a person may agree to this, and this host cannot ask one.")


@pytest.mark.parametrize("content", [{"agree": False}, {"agree": "yes"}, {}, {"other": True}])
async def test_a_form_without_a_true_agreement_is_none(era, content: dict[str, Any]):
    async with connected(SERVER, era=era, elicitation_callback=Person(content)) as client:
        refused = failure(await client.call_tool("put_agreed", {"name": "vase"}))
    assert refused.code == "PERMISSION_DENIED"


async def test_a_call_that_needs_no_agreement_asks_nobody(era):
    person = Person()
    async with connected(SERVER, era=era, elicitation_callback=person) as client:
        assert data(await client.call_tool("put_agreed", {"name": "free"})) == {"number": 1}
    assert person.asked == []


async def test_a_code_is_valid_for_one_effect_with_the_same_arguments():
    async with connected(SERVER) as client:
        code = failure(await client.call_tool("put_agreed", {"name": "vase"})).details["confirm"]
        other = failure(await client.call_tool("put_agreed", {"name": "lamp", "confirm": code}))
        assert (other.code, "was not issued for this call" in other.message) == ("INVALID_INPUT", True)
        results = [data(await client.call_tool("put_agreed", {"name": "vase", "confirm": code})) for _ in range(2)]
        assert results == [{"number": 1}] * 2
    assert len(code) == 12


async def test_the_question_of_an_agreement_shows_no_credential():
    async with connected(SERVER) as client:
        asked = failure(await client.call_tool("put_agreed", {"name": TOKEN}))
    assert TOKEN not in asked.message
    assert "[credential]" in asked.message


def test_credentials_are_masked_at_every_depth_of_json():
    given = {"a": [TOKEN, {"b": (TOKEN,), TOKEN: f"x {TOKEN}"}], "n": 1, "none": None}
    assert masked_json(given) == {
        "a": ["[credential]", {"b": (TOKEN,), TOKEN: "x [credential]"}],
        "n": 1,
        "none": None,
    }
