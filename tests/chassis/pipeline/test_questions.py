"""Questions of a tool to the host's model and person, and the reason that the tool gets in place of an answer."""

import dataclasses
from typing import Annotated, Any, Literal

import pytest
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp_chassis.asking import NoAnswer, ask_model, ask_person
from mcp_chassis.testing import connected, data
from mcp_chassis.tools import reads
from mcp_types import (
    INVALID_REQUEST,
    CreateMessageResult,
    ElicitRequestParams,
    ElicitResult,
    ErrorData,
    ImageContent,
    TextContent,
)
from pydantic import BaseModel
from sample_server import SAMPLE, Echo, Shelves


class Room(BaseModel):
    floor: int


def text_of(answer: str | NoAnswer) -> str:
    return answer.name if isinstance(answer, NoAnswer) else answer


@reads("Ask the model")
async def ask_the_model(ctx: Context) -> Echo:
    """Ask the host's model twice."""
    answers = [await ask_model(ctx, key, f"What is {key}?", max_tokens=7) for key in ("a", "b")]
    return Echo(names=[text_of(answer) for answer in answers])


@reads("Ask the person")
async def ask_the_person(ctx: Context) -> Echo:
    """Ask the person which floor."""
    answer = await ask_person(ctx, "floor", "Which floor?", Room, because="The floor is missing.")
    return Echo(text=answer.name if isinstance(answer, NoAnswer) else f"floor {answer.floor}")


async def shelf_is_full(shelf: Shelves, name: str) -> Elicit[Room]:
    return Elicit(f"Put {name} beside {len(shelf.put)} things?", Room)


@reads("Ask about the shelf")
async def ask_about_the_shelf(name: str, room: Annotated[Room, Resolve(shelf_is_full)]) -> Echo:
    """Ask with what is on the shelf."""
    return Echo(text=f"floor {room.floor}")


ASKING = dataclasses.replace(SAMPLE, tools=(ask_the_model, ask_the_person, ask_about_the_shelf))


class Model:
    """Answers a sampling request with its text, and records the requests."""

    def __init__(self, content: Any = None, *, refuses: bool = False) -> None:
        self.content, self.refuses = content, refuses
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, context: Any, params: Any) -> CreateMessageResult | ErrorData:
        [message] = params.messages
        self.asked.append((message.content.text, params.max_tokens))
        if self.refuses:
            return ErrorData(code=INVALID_REQUEST, message="Not here.")
        content = self.content or TextContent(type="text", text=f"answer {len(self.asked)}")
        return CreateMessageResult(role="assistant", content=content, model="m")


async def test_each_question_to_the_model_is_sent_once_with_its_limit_of_tokens(era):
    model = Model()
    async with connected(ASKING, era=era, sampling_callback=model) as client:
        assert data(await client.call_tool("ask_the_model", {})) == {"names": ["answer 1", "answer 2"]}
    assert model.asked == [("What is a?", 7), ("What is b?", 7)]


async def test_a_model_that_answers_with_an_image_gave_no_usable_answer(era):
    model = Model(ImageContent(type="image", data="AA==", mime_type="image/png"))
    async with connected(ASKING, era=era, sampling_callback=model) as client:
        assert data(await client.call_tool("ask_the_model", {})) == {"names": ["UNUSABLE", "UNUSABLE"]}


async def test_a_host_that_refuses_a_sampling_request_leaves_the_question_without_an_answer():
    async with connected(ASKING, era="legacy", sampling_callback=Model(refuses=True)) as client:
        assert data(await client.call_tool("ask_the_model", {})) == {"names": ["NOT_GIVEN", "NOT_GIVEN"]}


async def test_a_host_without_sampling_or_elicitation_is_not_asked(era):
    async with connected(ASKING, era=era) as client:
        assert data(await client.call_tool("ask_the_model", {})) == {"names": ["CANNOT_ASK", "CANNOT_ASK"]}
        assert data(await client.call_tool("ask_the_person", {})) == {"text": "CANNOT_ASK"}


async def test_the_resolver_of_a_question_receives_the_connection(era):
    asked: list[str] = []

    async def answer(context: Any, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"floor": 2})

    async with connected(ASKING, era=era, elicitation_callback=answer) as client:
        assert data(await client.call_tool("ask_about_the_shelf", {"name": "vase"})) == {"text": "floor 2"}
    assert asked == ["Put vase beside 0 things?"]


Action = Literal["accept", "decline", "cancel"]


@pytest.mark.parametrize(
    ("action", "content", "expected"),
    [
        ("accept", {"floor": 3}, "floor 3"),
        ("accept", {"floor": "third"}, "UNUSABLE"),
        ("accept", {}, "UNUSABLE"),
        ("decline", None, "DECLINED"),
        ("cancel", None, "CLOSED"),
    ],
)
async def test_the_tool_gets_the_form_of_the_person_or_the_reason_why_there_is_none(
    era, action: Action, content: dict[str, Any] | None, expected: str
):
    asked: list[str] = []

    async def answer(context: Any, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action=action, content=content)

    async with connected(ASKING, era=era, elicitation_callback=answer) as client:
        assert data(await client.call_tool("ask_the_person", {})) == {"text": expected}
    assert asked == ["Which floor?"]
