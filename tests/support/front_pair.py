"""One sequence of lines through the full server, and through the front with the full server behind it."""

from collections.abc import Sequence

import anyio
import anyio.lowlevel
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.stdio.front.conversation import Conversation
from mcp_chassis.stdio.json_lines import InvalidMessage, dump, parse
from mcp_chassis.stdio.serve import Session
from mcp_chassis.stdio.streams import Drain, Inbox, Outbox
from mcp_types import JSONRPCError, JSONRPCMessage, JSONRPCResponse


async def through_full_server(
    dispatch: Dispatch, lines: Sequence[bytes], answered: frozenset[str] = frozenset()
) -> list[bytes]:
    """What a full server writes for these lines, each sent when the one before is answered."""
    written: list[bytes] = []
    drain = Drain()
    inbox = Inbox(drain, lambda: None)

    async def write(message: JSONRPCMessage) -> None:
        if not (isinstance(message, JSONRPCResponse | JSONRPCError) and message.id in answered):
            written.append(dump(message))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(Session(dispatch).run, inbox, Outbox(drain, write))
        for line in lines:
            message = parse(line)
            if isinstance(message, InvalidMessage):
                written.append(dump(message.response()))
                continue
            inbox.put(message)
            await _let_others_run()
            await drain.idle()
            await _let_others_run()
        drain.stop(grace=10)
        inbox.wake()
    return written


async def _let_others_run() -> None:
    """Turns of the loop that the SDK's tasks need at most; `wait_all_tasks_blocked` sleeps a tenth of a second."""
    for _ in range(50):
        await anyio.lowlevel.checkpoint()


async def through_front(
    dispatch: Dispatch, answers: dict[str, dict[str, bytes]], lines: Sequence[bytes]
) -> tuple[list[bytes], int]:
    """What the front, and from its first unknown line on a full server, write; and how many lines the front took."""
    conversation = Conversation(answers)
    written: list[bytes] = []
    for place, line in enumerate(lines):
        answer = conversation.take(line)
        if answer is None:
            rest = [*conversation.replay().splitlines(), *lines[place:]]
            behind = await through_full_server(dispatch, rest, frozenset(conversation.replayed))
            return [*written, *behind], place
        written += answer.splitlines()
    return written, len(lines)
