"""A tool may ask the person behind the host, in either era, and its clock stands still meanwhile."""

import dataclasses
from typing import Annotated, Any

import anyio
import pytest
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp_chassis.testing import connected, data, failure
from mcp_chassis.tools import IdempotencyKey, resource, writes
from mcp_types import ElicitResult, TextResourceContents
from pydantic import BaseModel
from sample_server import SAMPLE, Put, Shelves

PATIENCE = 1.0  # seconds of the tool's deadline; the person takes longer


class Agreed(BaseModel):
    sure: bool


async def agreement(ctx: Context[Any, Any], name: str) -> Elicit[Agreed]:
    return Elicit(f"Put {name} on the shelf?", Agreed)


@writes("Put after asking", destructive=False, idempotent=False, deadline=PATIENCE)
async def put_when_agreed(
    shelf: Shelves,
    name: str,
    agreed: Annotated[Agreed, Resolve(agreement)],
    idempotency_key: IdempotencyKey = None,
) -> Put:
    """Put a thing on the shelf if the person agrees."""
    shelf.put += [name] if agreed.sure else []
    return Put(number=len(shelf.put))


@resource("sample://secrets/{name}", "A secret")
async def one_secret(name: str, agreed: Annotated[Agreed, Resolve(agreement)]) -> str:
    """A secret, if the person agrees."""
    return f"the secret of {name}" if agreed.sure else "nothing"


ASKING = dataclasses.replace(SAMPLE, tools=(put_when_agreed,), resources=(one_secret,))


def answering(action: str, *, slowly: bool = False) -> Any:
    async def answer(context: Any, params: Any) -> ElicitResult:
        assert params.message == "Put vase on the shelf?"
        if slowly:
            with anyio.move_on_after(PATIENCE * 2):
                await anyio.sleep_forever()
        return ElicitResult(action=action, content={"sure": True} if action == "accept" else None)  # pyright: ignore

    return answer


async def test_a_person_who_agrees_lets_the_write_happen_once(era):
    async with connected(ASKING, era=era, elicitation_callback=answering("accept")) as client:
        assert data(await client.call_tool("put_when_agreed", {"name": "vase"})) == {"number": 1}


async def test_the_deadline_is_paused_while_a_person_is_asked(era):
    async with connected(ASKING, era=era, elicitation_callback=answering("accept", slowly=True)) as client:
        assert data(await client.call_tool("put_when_agreed", {"name": "vase"})) == {"number": 1}


@pytest.mark.parametrize("action", ["decline", "cancel"])
async def test_a_person_who_does_not_agree_is_not_asked_again(era, action: str):
    async with connected(ASKING, era=era, elicitation_callback=answering(action)) as client:
        result = await client.call_tool("put_when_agreed", {"name": "vase"})
    assert failure(result).code == "PERMISSION_DENIED"
    assert "Do not ask again" in failure(result).message


async def test_a_call_that_asks_keeps_its_idempotency_key_for_the_answer(era):
    arguments = {"name": "vase", "idempotency_key": "k1"}
    async with connected(ASKING, era=era, elicitation_callback=answering("accept")) as client:
        first = data(await client.call_tool("put_when_agreed", arguments))
        assert data(await client.call_tool("put_when_agreed", arguments)) == first == {"number": 1}


async def test_a_resource_may_ask_before_it_is_read(era):
    async with connected(ASKING, era=era, elicitation_callback=answering("accept")) as client:
        (content,) = (await client.read_resource("sample://secrets/vase")).contents
    assert isinstance(content, TextResourceContents)
    assert content.text == "the secret of vase"
