"""Settings of files-server."""

from pathlib import Path
from typing import Annotated, ClassVar

from mcp_chassis.settings import ServerSettings, SettingsConfigDict, core_variable
from pydantic import AfterValidator, Field


def _folder(path: Path) -> Path:
    """Resolve the folder's path once at the start, so that a link that changes later has no effect."""
    if not path.is_dir():
        raise ValueError("must be a folder that exists")
    return path.resolve()


class FilesSettings(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="FILES_")

    allowed_dir: Annotated[Path, AfterValidator(_folder)] | None = Field(
        default=None,
        validation_alias="ALLOWED_DIR",
        description="The folder whose files may be read.",
        json_schema_extra={"host_entry": ""},
    )
    max_result_chars: int = Field(
        default=1_100_000,
        ge=1_000,
        le=10_000_000,
        validation_alias=core_variable("MAX_RESULT_CHARS"),
        description="Characters of one result before it is cut.",
    )
