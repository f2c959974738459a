"""Greetings as a resource template, with one example in the list of resources."""

from typing import Annotated

from mcp_chassis.tools import resource
from pydantic import Field

Name = Annotated[str, Field(min_length=1, max_length=100)]


@resource("greeting://{name}", "Greeting", mime_type="text/plain", listed=("greeting://world",))
async def greet(name: Name) -> str:
    """A greeting for a person by name."""
    return f"Hello, {name}!"
