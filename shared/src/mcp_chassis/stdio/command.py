"""Serving one server over standard input and output, from its settings to the exit code."""

import gc
import sys
from typing import Any

from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.process_limits import forbid_core_dumps
from mcp_chassis.server import EXIT_BAD_SETTINGS, Server
from mcp_chassis.settings import BadSettings
from mcp_chassis.stdio import serve
from mcp_chassis.telemetry import logs


def serve_one(server: Server[Any]) -> int:
    """Serve stdio until the host ends it; the exit code of the process."""
    forbid_core_dumps()
    try:
        settings = server.settings.load()
        logs.configure(settings)
        dispatch = Dispatch(server, settings)
    except BadSettings as exc:
        sys.stderr.write(f"{server.name} cannot start:\n{exc}\n")
        return EXIT_BAD_SETTINGS
    gc.freeze()
    return serve.run(dispatch)
