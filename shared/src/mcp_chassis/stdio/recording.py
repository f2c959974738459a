"""Writing of the record that the front of the next start serves: this server's results, and their conditions."""

import json
import logging
import os
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, cast

from mcp.server.runner import serve_dual_era_loop
from mcp_types import JSONRPCMessage
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

from mcp_chassis.environment import env_file_places, full_environment
from mcp_chassis.misspelt_settings import CORE_PREFIX, misspelt
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.server import Server
from mcp_chassis.settings import Secret, ServerSettings, is_at_start, is_secret
from mcp_chassis.stdio.front import conditions, record
from mcp_chassis.stdio.front.handover import Handover
from mcp_chassis.stdio.front.messages import LISTS, META
from mcp_chassis.stdio.json_lines import InvalidMessage, dump, parse
from mcp_chassis.stdio.serve import Session
from mcp_chassis.stdio.streams import Drain, Inbox, Outbox

CORE = "toolroll-core"
CLOCK_TICK_NS = 20_000_000
"""Times in a file system may be late by a tick of the kernel's clock."""
_ANY_VALUE = r"[\s\S]+"
_PLAIN_SECRET: Any = cast("Any", Secret) | None
_CLIENT = {"name": "front", "version": "1"}
logger = logging.getLogger(__name__)


class NotRecordable(Exception):
    """The results of this start may be invalid at the next one; the message says why."""


async def write_record(server: Server[Any], settings: ServerSettings, handover: Handover) -> None:
    """Write the record of a server that has just started, unless something it depends on has changed since."""
    if settings.front == "off" or settings.debug:
        return
    try:
        answers = await answers_of(server, settings)
        head = {"conditions": _conditions(server, settings, handover.began_ns), "warm_up": settings.warm_up}
        record.write(handover.reference, os.environ, head, answers)
    except (NotRecordable, OSError) as exc:
        logger.info("No record is written, so that the next start loads the full server: %s", exc)


async def answers_of(server: Server[Any], settings: ServerSettings) -> dict[str, dict[str, bytes]]:
    """The JSON of each result that the front may send, by protocol revision and method.

    They come from a new `Dispatch`, so that they do not depend on an upstream or on a caller.
    """
    dispatch = Dispatch(server, settings)
    lists = sorted(LISTS - ({"resources/list"} if dispatch.catalog.lists_entries_first else set()))
    answers: dict[str, dict[str, bytes]] = {}
    for version in (*HANDSHAKE_PROTOCOL_VERSIONS, *MODERN_PROTOCOL_VERSIONS):
        session = Session(dispatch)
        lines: list[bytes] = []
        drain = Drain()
        inbox = Inbox(drain, lambda: None)
        for line in map(parse, _requests(version, lists)):
            if not isinstance(line, InvalidMessage):
                inbox.put(line)

        async def keep(message: JSONRPCMessage, lines: list[bytes] = lines) -> None:
            lines.append(dump(message))

        drain.stop(grace=10.0)
        async with session.offered():
            options = dispatch.lowlevel.create_initialization_options()
            await serve_dual_era_loop(
                dispatch.lowlevel, inbox, Outbox(drain, keep), lifespan_state=None, init_options=options
            )
        answers[version] = dict(_results(lines))
    return answers


def _requests(version: str, lists: Iterable[str]) -> Iterator[bytes]:
    """Yield one request of each method, with the method as id."""
    if version in MODERN_PROTOCOL_VERSIONS:
        envelope: dict[str, Any] = {f"{META}protocolVersion": version, f"{META}clientCapabilities": {}}
        for method in ("server/discover", *lists):
            yield _request(method, {"_meta": envelope})
        return
    yield _request("initialize", {"protocolVersion": version, "capabilities": {}, "clientInfo": _CLIENT})
    yield _request("logging/setLevel", {"level": "warning"})
    for method in ("ping", *lists):
        yield _request(method, {})


def _request(method: str, params: Mapping[str, Any]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": method, "method": method, "params": params}).encode()


def _results(lines: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the method and the JSON of each line that is a result."""
    for line in lines:
        if found := re.fullmatch(rb'\{"jsonrpc":"2\.0","id":"([a-zA-Z/]+)","result":(\{.*\})\}', line, re.DOTALL):
            yield found[1].decode(), found[2]


def _conditions(server: Server[Any], settings: ServerSettings, began_ns: int) -> dict[str, Any]:
    """The conditions of a record: everything that its results depend on.

    Raises:
        NotRecordable: a part of it has changed since the start began, or cannot be checked without the settings.
    """
    merged = full_environment()
    beginning = str(server.settings.model_config.get("env_prefix") or CORE_PREFIX)
    families = [*conditions.FAMILIES, beginning]
    set_names = [name for name, value in merged.items() if value.strip()]
    for each in misspelt(set_names, server.settings.variables_read(merged), beginning):
        raise NotRecordable(f"Each start has to report: {each}")
    code, env_files = list(_code(server)), [str(path) for path in env_file_places(os.environ)]
    paths = {path: kind for path in _paths(server.settings, merged) if (kind := conditions.kind(path))}
    contents = [*(path for path, kind in paths.items() if kind == "file"), *map(str, settings.definition_files())]
    _check_unchanged(code, began_ns)
    _check_unchanged([*env_files, *contents], began_ns, also_status=True)
    variables = {name: conditions.text_digest(os.environ.get(name)) for name in _plain(server.settings, merged)}
    return {
        "interpreter": conditions.interpreter(),
        "families": families,
        "names": conditions.names_of(families, os.environ),
        "variables": variables,
        "secrets": dict(_secrets(server.settings, merged)),
        "secret_files": dict(_secret_files(server.settings, merged)),
        "kinds": paths,
        "contents": {path: conditions.content_digest(path) for path in contents},
        "files": {path: conditions.file_version(path) for path in [*code, *env_files]},
    }


def _code(server: Server[Any]) -> Iterator[str]:
    """Yield the files of every loaded module that is not Python's own, and those that contain versions."""
    own = tuple(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib"))
    installed = tuple(f"{sysconfig.get_path(name)}{os.sep}" for name in ("purelib", "platlib"))
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and (path.startswith(installed) or not path.startswith(own)):
            yield path
    yield from (path for path in sys.path if path.endswith(("site-packages", "dist-packages")))
    for name in (CORE, server.distribution or server.name):
        with suppress(PackageNotFoundError):
            yield from (str(file.locate()) for file in distribution(name).files or () if file.name == "METADATA")


def _check_unchanged(paths: Iterable[str], since_ns: int, *, also_status: bool = False) -> None:
    """Raise `NotRecordable` if a file was written since, or with `also_status` replaced by an older file.

    The status time of code is not checked, since another environment that links the same cached file changes it.
    """
    for path in paths:
        with suppress(FileNotFoundError, NotADirectoryError):
            status = Path(path).stat()
            changed_ns = max(status.st_mtime_ns, status.st_ctime_ns if also_status else 0)
            if changed_ns > since_ns - CLOCK_TICK_NS:
                raise NotRecordable(f"{path} changed during this start.")


def _plain(settings: type[ServerSettings], environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the variables whose values are compared: those that are not secrets, and those of secrets' files."""
    yield from conditions.PLACE_VARIABLES
    for name, field in settings.variables_read(environment).items():
        yield f"{name}_FILE" if is_secret(settings.model_fields[field]) else name


def _secrets(settings: type[ServerSettings], environment: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """Yield the variables of secrets and of their commands, each with the pattern it must match; None if it is not set.

    Raises:
        NotRecordable: a secret's rules or its command cannot be checked without the settings.
    """
    for name, field in settings.variables_read(environment).items():
        if not is_secret(settings.model_fields[field]):
            continue
        yield name, secret_pattern(settings, field, name) if os.environ.get(name, "").strip() else None
        command = f"{name}_COMMAND"
        if environment.get(command, "").strip() and is_at_start(settings, field):
            raise NotRecordable(f"{command} runs at each start.")
        yield command, _ANY_VALUE if os.environ.get(command, "").strip() else None


def _secret_files(settings: type[ServerSettings], environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, field in settings.variables_read(environment).items():
        path = environment.get(f"{name}_FILE", "")
        if is_secret(settings.model_fields[field]) and path.strip() and not environment.get(name, "").strip():
            yield path, secret_pattern(settings, field, f"{name}_FILE")


def secret_pattern(settings: type[ServerSettings], field: str, variable: str) -> str:
    """The pattern of values that the setting of a secret certainly accepts."""
    is_plain = settings.model_fields[field].annotation == _PLAIN_SECRET
    pattern = settings.secret_patterns.get(field, "[!-~]+" if is_plain else None)
    if pattern is None:
        raise NotRecordable(f"Only the settings can check {variable}.")
    return pattern


def _paths(settings: type[ServerSettings], environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the values of settings, some of which are paths of files or folders."""
    variables = settings.variables_read(environment)
    secret = {name for name, field in variables.items() if is_secret(settings.model_fields[field])}
    written = {name for name, field in variables.items() if field in settings.written_files}
    for name in variables.keys() - secret - written - {f"{each}_FILE" for each in secret}:
        if value := environment.get(name):
            yield value
