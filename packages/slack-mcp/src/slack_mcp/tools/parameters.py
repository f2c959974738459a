"""Parameters that several tools share, described once."""

from typing import Annotated

from pydantic import Field

ChannelGiven = Annotated[str, Field(max_length=500, description="#name, id or link.")]
MessageTs = Annotated[str, Field(max_length=500, description="ts or link of the message.")]
ThreadTs = Annotated[str, Field(max_length=500, description="ts or link.")]
Moment = Annotated[str | None, Field(max_length=200, description="ISO time, ts, yesterday, 2d.")]
Text = Annotated[str, Field(max_length=40_000)]
