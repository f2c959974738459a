"""What this server can be told: which bridge, and what that bridge's APIs need."""

import ipaddress
from pathlib import Path
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from mcp_chassis.settings import HttpsUrl, Secret, ServerSettings
from pydantic import AfterValidator, AliasChoices, Field, create_model
from pydantic_settings import SettingsConfigDict

from rest_mcp.bridge import Bridge


def _somewhere(url: str) -> str:
    """Metadata services of clouds answer on link-local addresses; no API of anyone's does."""
    try:
        address = ipaddress.ip_address(urlsplit(url).hostname or "")
    except ValueError:
        return url
    if address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved:
        raise ValueError("must not be a link-local, multicast, unspecified or reserved address")
    return url


def _file(path: str) -> str:
    if not Path(path).is_file():
        raise ValueError("names no file")
    return path


ApiUrl = Annotated[HttpsUrl, AfterValidator(_somewhere)]


class RestSettings(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="REST_")

    bridge: Annotated[str, AfterValidator(_file)] | None = Field(
        default=None, description="The bridge file; the support desk's when unset."
    )


def settings_for(bridge: Bridge, named: Path | None = None) -> type[RestSettings]:
    """The settings of a bridge: the address and the credential of each API, under the file's own variables.

    Args:
        named: the file, where a person has named one; it and the addresses are then part of an entry for a host.
    """
    fields: dict[str, Any] = {}
    in_entry: dict[str, Any] = {"json_schema_extra": {"host_entry": ""}} if named else {}
    for name, api in bridge.apis.items():
        where = f"Where the API `{name}` is, with its prefix."
        fields[address_field(name)] = _variable(ApiUrl, api.base_url, where, **in_entry)
        if api.auth is not None:
            fields[credential_field(name)] = _variable(Secret, api.auth.variable, f"Credential for the API `{name}`.")
    if named:
        info = RestSettings.model_fields["bridge"]
        extra: dict[str, Any] = {"host_entry": str(named)}
        fields["bridge"] = (info.annotation, Field(default=None, description=info.description, json_schema_extra=extra))
    return create_model("BridgeSettings", __base__=RestSettings, **fields)


def address_field(api: str) -> str:
    return f"address_of_{api}"


def credential_field(api: str) -> str:
    return f"credential_for_{api}"


def _variable(kind: Any, variable: str, description: str, **more: Any) -> Any:
    alias = AliasChoices(variable)
    return kind | None, Field(default=None, validation_alias=alias, description=description, **more)
