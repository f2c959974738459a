"""Export of spans and metrics over OTLP, configured by OpenTelemetry's published variables.

OpenTelemetry's SDK is imported only if one of them requests it. A variable with an unsupported value is a warning and
does not prevent the start, because hosts pass their own `OTEL_*` variables on to the servers they run.
"""

import contextlib
import logging
import os
import threading
from collections.abc import Generator, Iterator, Mapping
from importlib.util import find_spec
from urllib.parse import parse_qsl, unquote

from mcp_chassis.telemetry.redaction import register_secret

logger = logging.getLogger(__name__)

Environment = Mapping[str, str]

TRACES, METRICS = "TRACES", "METRICS"
PROTOCOL = "http/protobuf"
FLUSH_SECONDS = 1.5
"""Seconds at the end of the process for data not exported yet; a collector that hangs must not block it longer."""
PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def wanted(environment: Environment) -> tuple[str, ...]:
    """The signals to export: those with an endpoint or the exporter `otlp`, unless switched off."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ()
    return tuple(signal for signal in (TRACES, METRICS) if _is_wanted(signal, environment))


def _is_wanted(signal: str, environment: Environment) -> bool:
    named = f"OTEL_{signal}_EXPORTER"
    exporters = {name.strip() for name in environment.get(named, "").split(",")} - {""}
    if unknown := exporters - {"otlp", "none"}:
        logger.warning("%s: only otlp and none are supported; %s is ignored.", named, ", ".join(sorted(unknown)))
    if exporters:
        return "otlp" in exporters and _protocol_is_spoken(signal, environment)
    endpoints = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    return any(environment.get(name) for name in endpoints) and _protocol_is_spoken(signal, environment)


def _protocol_is_spoken(signal: str, environment: Environment) -> bool:
    for name in (f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        if protocol := environment.get(name):
            if protocol != PROTOCOL:
                logger.warning("%s: only %s is supported; no %s are exported.", name, PROTOCOL, signal.lower())
            return protocol == PROTOCOL
    return True


@contextlib.contextmanager
def exporting(environment: Environment, service: str) -> Generator[None]:
    """Export the requested signals inside the block, and the rest at its end, for `FLUSH_SECONDS` at most.

    Args:
        environment: the variables.
        service: the name of the service if `OTEL_SERVICE_NAME` is not set.
    """
    signals = wanted(environment)
    if signals and not all(_is_installed(package) for package in PACKAGES):
        logger.warning("OTEL_*: exporting needs the package `toolroll-core[otel]`; nothing is exported.")
        signals = ()
    if not signals:
        yield
        return
    adopt(environment, service)
    from mcp_chassis.telemetry.otlp_exporters import Exporters

    exporters = Exporters(traces=TRACES in signals, metrics=METRICS in signals)
    logger.info("Exporting over OTLP: %s.", " and ".join(signal.lower() for signal in signals))
    try:
        yield
    finally:
        last = threading.Thread(target=exporters.shutdown, name="otlp-flush", daemon=True)
        last.start()
        last.join(FLUSH_SECONDS)


def adopt(environment: Environment, service: str) -> None:
    """Copy the variables into `os.environ`, where OpenTelemetry's SDK reads them; redact credentials among them."""
    for name, value in environment.items():
        if name.startswith("OTEL_"):
            os.environ.setdefault(name, value)
            for secret in _secrets(name, value):
                register_secret(secret)
    if "service.name=" not in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", ""):
        os.environ.setdefault("OTEL_SERVICE_NAME", service)


def _secrets(name: str, value: str) -> Iterator[str]:
    """Yield the credentials in a variable: values of headers, and a user name, password or query in an address."""
    if name.endswith("_HEADERS"):
        for pair in value.split(","):
            header = pair.partition("=")[2].strip()
            yield from (header, unquote(header), header.rpartition(" ")[2], unquote(header).rpartition(" ")[2])
    if name.endswith("_ENDPOINT"):
        if "@" in value:
            yield value
        yield from (content for _, content in parse_qsl(value.partition("?")[2]))


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
