"""Manifests by which hosts and registries install a server: each a JSON object made from the server itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from mcp_chassis.server import Server
from mcp_chassis.settings import ServerSettings, is_secret, variables
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from staging import Repository

LONGEST_REGISTRY_DESCRIPTION = 100
REGISTRY_SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
EVERY_SERVERS_PREFIXES = ("MCP_", "LOG_")
AUTHOR = {"name": "Toolroll contributors"}
OPTION_TYPES: dict[type, str] = {bool: "boolean", int: "number", float: "number"}


@dataclass(frozen=True)
class Publication:
    """One server as it is published: its name, which is its command's, and the distribution that brings it."""

    name: str
    distribution: str
    version: str
    summary: str
    server: Server[Any]


@dataclass(frozen=True)
class Option:
    """One setting that a person may be asked for."""

    variable: str
    info: FieldInfo

    @property
    def key(self) -> str:
        return self.variable.lower()

    @property
    def title(self) -> str:
        return self.variable.replace("_", " ").capitalize()

    @property
    def secret(self) -> bool:
        return is_secret(self.info)

    @property
    def description(self) -> str:
        return self.info.description or self.title

    @property
    def default(self) -> Any:
        """The default as JSON; an empty text, which counts as unset, where there is none."""
        value = self.info.get_default()
        if value is None or value is PydanticUndefined or self.secret:
            return ""
        if isinstance(value, tuple):
            return ",".join(map(str, cast("tuple[object, ...]", value)))
        return value if isinstance(value, bool | int | float) else str(value)

    @property
    def type(self) -> str:
        return next((name for kind, name in OPTION_TYPES.items() if isinstance(self.default, kind)), "string")


def options(settings: type[ServerSettings]) -> Iterator[Option]:
    """The settings of a server's own, without those that every server has."""
    for field, info in settings.model_fields.items():
        variable = next(iter(variables(settings, field)), None)
        if variable is not None and not variable.startswith(EVERY_SERVERS_PREFIXES):
            yield Option(variable, info)


def bundle_manifest(published: Publication, repository: Repository) -> dict[str, Any]:
    """`manifest.json` of an MCP bundle that brings its sources and is run by uv."""
    asked = list(options(published.server.settings))
    package = published.name.replace("-", "_")
    manifest: dict[str, Any] = {
        "manifest_version": "0.4",
        "name": published.name,
        "display_name": published.name,
        "version": published.version,
        "description": published.summary,
        "author": AUTHOR,
        "license": "MIT",
        "icon": "icon.png",
        "server": {
            "type": "uv",
            "entry_point": f"server/src/{package}/__main__.py",
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--directory", "${__dirname}", published.name],
                "env": {option.variable: f"${{user_config.{option.key}}}" for option in asked},
            },
        },
        "tools": [{"name": tool.__name__} for tool in published.server.tools],
        "compatibility": {"platforms": ["darwin", "linux", "win32"], "runtimes": {"python": ">=3.11"}},
        "user_config": {option.key: _user_option(option) for option in asked},
    }
    return manifest | ({"repository": {"type": "git", "url": repository.url}} if repository.url else {})


def _user_option(option: Option) -> dict[str, Any]:
    shown = {"type": option.type, "title": option.title, "description": option.description, "required": False}
    return shown | ({"sensitive": True} if option.secret else {}) | {"default": option.default}


def registry_entry(published: Publication, repository: Repository) -> dict[str, Any]:
    """`server.json` of the MCP registry: the package on the Python index, and what it may be told."""
    return {
        "$schema": REGISTRY_SCHEMA,
        "name": f"{repository.namespace}/{published.name}",
        "description": published.summary[:LONGEST_REGISTRY_DESCRIPTION],
        "version": published.version,
        "repository": {"url": repository.url, "source": "github"},
        "packages": [
            {
                "registryType": "pypi",
                "identifier": published.distribution,
                "version": published.version,
                "runtimeHint": "uvx",
                "transport": {"type": "stdio"},
                "environmentVariables": [_registry_variable(each) for each in options(published.server.settings)],
            }
        ],
    }


def _registry_variable(option: Option) -> dict[str, Any]:
    default = option.default
    shown = str(default).lower() if isinstance(default, bool) else str(default)
    described = {"name": option.variable, "description": option.description, "isSecret": option.secret}
    return described | ({"default": shown} if shown else {})


def launch(published: Publication) -> dict[str, Any]:
    """The entry that starts the published package through uvx; its secrets come from the host's environment."""
    secrets = [option.variable for option in options(published.server.settings) if option.secret]
    requirement = f"{published.distribution}=={published.version}"
    entry: dict[str, Any] = {"command": "uvx", "args": ["--from", requirement, published.name]}
    return entry | ({"env": {name: f"${{{name}:-}}" for name in secrets}} if secrets else {})


def claude_plugin(published: Publication, repository: Repository) -> dict[str, Any]:
    """`plugin.json` of a Claude Code plugin; its server is declared in `.mcp.json` beside it."""
    about = {"name": published.name, "version": published.version, "description": published.summary, "author": AUTHOR}
    return about | {"license": "MIT"} | ({"repository": repository.url} if repository.url else {})


def gemini_extension(published: Publication) -> dict[str, Any]:
    """`gemini-extension.json`, which asks for the secrets when the extension is installed."""
    entry = {key: value for key, value in launch(published).items() if key != "env"}
    secrets = [option for option in options(published.server.settings) if option.secret]
    return {
        "name": published.name,
        "version": published.version,
        "description": published.summary,
        "mcpServers": {published.name: entry},
        "settings": [
            {"name": each.title, "description": each.description, "envVar": each.variable, "sensitive": True}
            for each in secrets
        ],
    }
