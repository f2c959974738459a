"""Types and descriptions of parameters that several tools share."""

from typing import Annotated

from mcp_chassis.tools import EMPTY_IS_ABSENT
from pydantic import Field

ChannelGiven = Annotated[str, Field(max_length=500, description="#name, id or link.")]
OptionalChannel = Annotated[str | None, Field(max_length=500, description="#name, id or link."), EMPTY_IS_ABSENT]
MessageTs = Annotated[str, Field(max_length=500, description="ts or link of the message.")]
ThreadTs = Annotated[str, Field(max_length=500, description="ts or link.")]
OptionalThread = Annotated[str | None, Field(max_length=500, description="ts or link."), EMPTY_IS_ABSENT]
Moment = Annotated[str | None, Field(max_length=200, description="ISO time, ts, yesterday, 2d."), EMPTY_IS_ABSENT]
MomentAhead = Annotated[str | None, Field(max_length=200, description="ISO time, tomorrow 9:00, 2h."), EMPTY_IS_ABSENT]
Text = Annotated[str, Field(max_length=40_000)]
OptionalText = Annotated[str | None, Field(max_length=40_000), EMPTY_IS_ABSENT]
