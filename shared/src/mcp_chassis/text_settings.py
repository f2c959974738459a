"""Settings about untrusted text and the calls that it may cause."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class TextSettings(BaseModel):
    """Settings of how Markdown is shown, and of which calls need a person's agreement."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    raw_text: bool = Field(
        default=False,
        validation_alias="MCP_RAW_TEXT",
        description="Show the sources of Markdown, with comments and whatever else their pages do not show.",
    )

    flow: Literal["off", "ask", "deny"] = Field(
        default="off",
        validation_alias="MCP_FLOW",
        description="After untrusted text was read, writes that go out need a person's consent, or are refused.",
    )
    flow_seconds: float = Field(
        default=3_600.0,
        gt=0,
        le=1e7,
        validation_alias="MCP_FLOW_SECONDS",
        description="How long that applies to a caller over HTTP; over stdio it applies until the process ends.",
    )
    policy_file: str = Field(
        default="",
        validation_alias="MCP_POLICY_FILE",
        description="TOML file of rules over calls; `policy.toml` of the user's folder when unset.",
    )
