"""Settings of the server: the path of the bridge file, and the environment variables that it declares."""

import ipaddress
from pathlib import Path
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from mcp_chassis.settings import HttpsUrl, Secret, ServerSettings, SettingsConfigDict
from pydantic import AfterValidator, AliasChoices, Field, create_model

from rest_mcp.bridge import Bridge


def _somewhere(url: str) -> str:
    """Refuse URLs with a link-local address, where clouds serve metadata, and with other addresses no API can have."""
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
ExistingFile = Annotated[str, AfterValidator(_file)]


class RestSettings(ServerSettings):
    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="REST_")

    definition_paths: ClassVar[tuple[Path, ...]] = ()
    """Paths of the bridge file and its OpenAPI documents."""

    bridge: ExistingFile | None = Field(default=None, description="The bridge file; the support desk's when unset.")

    def definition_files(self) -> tuple[Path, ...]:
        return (*super().definition_files(), *self.definition_paths)


def settings_for(bridge: Bridge, file: Path, *, named: bool = False) -> type[RestSettings]:
    """Create the settings class of a bridge: URL and credentials of each API, under the variables that the file names.

    Args:
        bridge: the content of the file.
        file: the absolute path of the file.
        named: whether the user named the file; its path is then written into entries for hosts, as the URLs are.
    """
    fields: dict[str, Any] = {}
    in_entry: dict[str, Any] = {"json_schema_extra": {"host_entry": ""}}
    for name, api in bridge.apis.items():
        where = f"Where the API `{name}` is, with its prefix."
        fields[address_field(name)] = _variable(ApiUrl, api.base_url, where, **in_entry)
        for place, auth in enumerate(api.secrets):
            what = (
                f"User and password, joined by a colon, for the API `{name}`."
                if auth.basic
                else f"Credential for the API `{name}`."
            )
            fields[credential_field(name, place)] = _variable(Secret, auth.variable, what)
        if api.oauth is not None:
            fields[f"token_url_of_{name}"] = _variable(
                ApiUrl, api.oauth.token_url, f"Where tokens for `{name}` are issued."
            )
            fields[f"client_id_of_{name}"] = _variable(str, api.oauth.client_id, f"Client id for the API `{name}`.")
            fields[f"client_secret_of_{name}"] = _variable(
                Secret, api.oauth.client_secret, f"Client secret for the API `{name}`."
            )
        if api.client_certificate is not None:
            files = api.client_certificate
            fields[f"certificate_of_{name}"] = _variable(ExistingFile, files.certificate, "Client certificate in PEM.")
            fields[f"key_of_{name}"] = _variable(ExistingFile, files.key, "Key of the client certificate in PEM.")
    if named:
        info = RestSettings.model_fields["bridge"]
        extra: dict[str, Any] = {"host_entry": str(file)}
        fields["bridge"] = (info.annotation, Field(default=None, description=info.description, json_schema_extra=extra))
    settings = create_model("BridgeSettings", __base__=RestSettings, **fields)
    documents = (file.parent / api.document for api in bridge.apis.values() if api.document)
    settings.definition_paths = (file, *documents)
    return settings


def address_field(api: str) -> str:
    return f"address_of_{api}"


def credential_field(api: str, place: int = 0) -> str:
    """The name of the settings field of an API's secret, by its index in the bridge's list."""
    return f"credential_for_{api}" if place == 0 else f"credential_{place + 1}_for_{api}"


def _variable(kind: Any, variable: str, description: str, **more: Any) -> Any:
    alias = AliasChoices(variable)
    return kind | None, Field(default=None, validation_alias=alias, description=description, **more)
