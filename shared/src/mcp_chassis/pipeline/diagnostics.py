"""Diagnostics resource of every server: version, missing credentials, reachability, counts of calls."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal, cast

from pydantic.fields import FieldInfo

from mcp_chassis.results import Result
from mcp_chassis.server import Function, Probe, Server
from mcp_chassis.settings import OPTIONAL_CREDENTIAL, ServerSettings, is_secret, variables
from mcp_chassis.telemetry.protocol_log import PROTOCOL_LOG
from mcp_chassis.tools import Connected, resource

DIAGNOSTICS_URI = "server://diagnostics"


class Environment(Result):
    """Whether the settings are valid (with invalid ones a server does not start), and the required ones not set."""

    valid: bool
    missing: list[str]


class Connectivity(Result):
    name: str
    status: Literal["ok", "failed", "not configured"]
    message: str | None = None


class Diagnostics(Result):
    """Content of the resource. `protocol_errors` outlines the errors among recent messages, while `MCP_DEBUG` is on."""

    name: str
    version: str
    environment: Environment
    connectivity: list[Connectivity]
    counts: dict[str, Any]
    protocol_errors: list[dict[str, Any]] | None = None


def diagnostics(server: Server[Any], settings: ServerSettings, counts: Callable[[], Mapping[str, Any]]) -> Function:
    """The resource function `server://diagnostics` of one server."""

    @resource(DIAGNOSTICS_URI, "Diagnostics")
    async def server_diagnostics(connection: Annotated[Any, Connected]) -> Diagnostics:
        """Version, missing credentials, reachability of what this server depends on, and counts of calls."""
        probes = await server.probe(connection) if server.probe else ()
        return Diagnostics(
            name=server.name,
            version=server.version,
            environment=Environment(valid=True, missing=missing_settings(settings)),
            connectivity=[_reached(probe) for probe in probes],
            counts=dict(counts()),
            protocol_errors=[asdict(error) for error in PROTOCOL_LOG.errors()] if settings.debug else None,
        )

    return server_diagnostics


def missing_settings(settings: ServerSettings) -> list[str]:
    """The required variables that are not set: credentials that are not optional, addresses, folders."""
    needed = [name for name, info in type(settings).model_fields.items() if _is_needed(info)]
    missing = [name for name in needed if getattr(settings, name) is None and name not in settings.unneeded()]
    return [variables(type(settings), name)[0] for name in missing]


def _is_needed(info: FieldInfo) -> bool:
    """Whether a field has no default, and is a credential that is not optional or belongs into every host entry."""
    extra = info.json_schema_extra
    in_entries = isinstance(extra, dict) and cast("dict[str, Any]", extra).get("host_entry") == ""
    return info.default is None and (in_entries or (is_secret(info) and extra != OPTIONAL_CREDENTIAL))


def _reached(probe: Probe) -> Connectivity:
    return Connectivity(name=probe.name, status=probe.status, message=probe.message or None)
