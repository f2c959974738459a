"""Spans leave without secrets, and only where the published variables ask for them."""

from collections.abc import Callable, Mapping

import pytest
from mcp_chassis.telemetry import otlp
from mcp_chassis.telemetry.metrics import serving_as
from mcp_chassis.telemetry.otlp_exporters import MAX_TEXT_CHARS, traced
from mcp_chassis.telemetry.redaction import REMOVED, add_call_secret, call_secrets, register_secret, scrub_log
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Span, StatusCode

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
BOTH, TRACES, METRICS = (otlp.TRACES, otlp.METRICS), (otlp.TRACES,), (otlp.METRICS,)
PROCESS_SECRET, CALLERS_SECRET = "secret-of-the-process-1f0c", "secret-of-one-caller-77ab"


def exported(fill: Callable[[Span], None], name: str = "tools/call x") -> ReadableSpan:
    exporter = InMemorySpanExporter()
    tracer = traced(Resource({}), SimpleSpanProcessor(exporter)).get_tracer("test")
    with call_secrets(), tracer.start_as_current_span(name) as span:
        add_call_secret(CALLERS_SECRET)
        fill(span)
    (only,) = exporter.get_finished_spans()
    return only


@pytest.mark.parametrize("secret", [PROCESS_SECRET, CALLERS_SECRET])
def test_secrets_are_removed_from_every_text_of_a_span(secret: str) -> None:
    register_secret(PROCESS_SECRET)

    def fill(span: Span) -> None:
        span.set_attributes({"text": f"a {secret}", "list": ["b", secret], "number": 7})
        span.record_exception(RuntimeError(f"c {secret}"))
        span.set_status(StatusCode.ERROR, f"d {secret}")

    span = exported(fill, name=f"tools/call {secret}")
    assert secret not in span.to_json()
    assert span.name == f"tools/call {REMOVED}"
    assert dict(span.attributes or {}) == {"text": f"a {REMOVED}", "list": ("b", REMOVED), "number": 7}
    assert (span.events[0].attributes or {})["exception.message"] == f"c {REMOVED}"
    assert span.status.description == f"d {REMOVED}"


@pytest.mark.parametrize("variable", ["OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"])
def test_a_text_is_cut_after_its_secrets_are_removed(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    register_secret(PROCESS_SECRET)
    monkeypatch.setenv(variable, "15")
    span = exported(lambda span: span.set_attribute("text", f"0123456789{PROCESS_SECRET}"))
    assert dict(span.attributes or {}) == {"text": f"0123456789{REMOVED[:5]}"}
    monkeypatch.delenv(variable)
    assert len(exported(lambda _: None, name="x" * 5000).name) == MAX_TEXT_CHARS


def test_a_span_keeps_its_time_its_parent_and_its_links() -> None:
    seen: list[Span] = []
    span = exported(seen.append)
    (begun,) = seen
    assert isinstance(begun, ReadableSpan)
    kept = ("start_time", "end_time", "parent", "links", "kind", "context", "instrumentation_scope")
    assert {name: getattr(span, name) for name in kept} == {name: getattr(begun, name) for name in kept}
    assert span.start_time is not None
    assert span.end_time is not None


def test_a_span_names_the_server_of_its_process() -> None:
    with serving_as("github"):
        assert dict(exported(lambda _: None).attributes or {}) == {"toolroll.server": "github"}
    assert dict(exported(lambda _: None).attributes or {}) == {}


@pytest.mark.parametrize(
    ("environment", "signals"),
    [
        ({}, ()),
        (ENDPOINT, BOTH),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x/v1/traces"}, TRACES),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://x/v1/metrics"}, METRICS),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, TRACES),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, METRICS),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "TRUE"}, ()),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, BOTH),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, ()),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}, METRICS),
        ({**ENDPOINT, "OTEL_METRICS_EXPORTER": "prometheus"}, TRACES),
        ({**ENDPOINT, "OTEL_METRICS_EXPORTER": "prometheus, otlp"}, BOTH),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, ()),
    ],
)
def test_the_published_variables_say_what_is_exported(environment: Mapping[str, str], signals: tuple[str, ...]) -> None:
    assert otlp.wanted(environment) == signals


@pytest.mark.parametrize(
    "odd", [{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, {"OTEL_TRACES_EXPORTER": "zipkin"}, {"OTEL_METRICS_EXPORTER": "x"}]
)
def test_an_unsupported_value_is_named_in_a_warning(odd: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    otlp.wanted({**ENDPOINT, **odd})
    assert next(iter(odd)) in caplog.text


@pytest.mark.parametrize(
    ("variable", "value", "secret"),
    [
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20hdr-4411aa,x=1", "hdr-4411aa"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b, x-key=hdr-4411bb", "hdr-4411bb"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://user:pwd-4411cc@collector.example", "pwd-4411cc"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "https://c.example/v1/metrics?key=qry-4411dd", "qry-4411dd"),
    ],
)
def test_credentials_of_the_collector_are_removed_from_logs(
    variable: str, value: str, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otlp.os, "environ", {})
    otlp.adopt({variable: value}, "service")
    assert secret not in scrub_log(f"cannot export to {value}: {secret}")


def test_without_the_packages_a_warning_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(otlp, "PACKAGES", ("opentelemetry.no_such_package.at_all",))
    with otlp.exporting(ENDPOINT, "x"):
        assert "toolroll-core[otel]" in caplog.text
