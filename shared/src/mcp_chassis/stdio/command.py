"""Serving one server over standard input and output, from its settings to the exit code."""

import logging
import os
import sys
from functools import partial
from typing import Any

from mcp_chassis.environment import full_environment, take_network_variables
from mcp_chassis.pipeline.dispatch import Dispatch
from mcp_chassis.pipeline.operation_metrics import measure
from mcp_chassis.process_limits import forbid_core_dumps
from mcp_chassis.server import EXIT_BAD_SETTINGS, Server
from mcp_chassis.settings import BadSettings
from mcp_chassis.stdio import serve
from mcp_chassis.stdio.front import record
from mcp_chassis.stdio.front.handover import Handover
from mcp_chassis.telemetry import logs, otlp

logger = logging.getLogger(__name__)


def serve_one(server: Server[Any], handover: Handover | None = None) -> int:
    """Serve stdio until the host closes the connection; return the process's exit code.

    Args:
        handover: the state of a connection that the front has begun to serve from a record.
    """
    forbid_core_dumps()
    try:
        take_network_variables()
        environment = full_environment()
    except BadSettings as exc:
        return _refused(server, exc, handover)
    with otlp.exporting(environment, server.name):
        return _serve(server, handover)


def _refused(server: Server[Any], problems: BadSettings, handover: Handover | None) -> int:
    """Report why the server cannot start, on standard error and to the host of a handover; return the exit code."""
    message = f"{server.name} cannot start:\n{problems}\n"
    sys.stderr.write(message)
    if handover is not None:
        handover.refuse(message.strip())
    return EXIT_BAD_SETTINGS


def _serve(server: Server[Any], handover: Handover | None) -> int:
    try:
        settings = server.settings.load()
        logs.configure(settings)
        dispatch = Dispatch(server, settings)
        measure(dispatch.lowlevel, dispatch.inventory.__contains__)
    except BadSettings as exc:
        return _refused(server, exc, handover)
    if handover is None:
        return serve.run(dispatch)
    if handover.answered and record.find(handover.reference, os.environ) is None:
        logger.warning("This server's code or settings changed since the connection began: reconnect for new lists.")
    from mcp_chassis.stdio.recording import write_record

    writing = partial(write_record, server, settings, handover) if handover.writes_record else None
    return serve.run(dispatch, handover=handover, when_answered=writing)
