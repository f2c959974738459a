"""OpenTelemetry's SDK with its OTLP exporters; imported only if something is exported.

Secrets are removed from every text in a span. That is done when the span ends, in the task of its call, the only place
where the secrets of one caller are known.
"""

import os
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import set_meter_provider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status

from mcp_chassis.telemetry import semantic_metrics
from mcp_chassis.telemetry.metrics import current_server
from mcp_chassis.telemetry.redaction import scrub_log

MAX_TEXT_CHARS = 4_096
"""Maximum characters of one text of a span; the published variables may set fewer."""
_LENGTH_LIMITS = ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT")


class Exporters:
    """The tracer and the meter of a process, each if it is wanted."""

    def __init__(self, *, traces: bool, metrics: bool) -> None:
        resource = Resource.create({"service.instance.id": str(uuid.uuid4())})
        self._providers: list[TracerProvider | MeterProvider] = []
        if traces:
            tracer = traced(resource, BatchSpanProcessor(OTLPSpanExporter()))
            trace.set_tracer_provider(tracer)
            self._providers.append(tracer)
        if metrics:
            reader = PeriodicExportingMetricReader(OTLPMetricExporter())
            meter = MeterProvider([reader], resource, shutdown_on_exit=False)
            set_meter_provider(meter)
            semantic_metrics.record_with(semantic_metrics.SemanticMetrics(meter.get_meter("toolroll")))
            self._providers.append(meter)

    def shutdown(self) -> None:
        """Export what is left and stop."""
        for provider in self._providers:
            provider.shutdown()


def traced(resource: Resource, processor: SpanProcessor) -> TracerProvider:
    """A tracer whose spans reach `processor` without secrets."""
    # The SDK must not cut texts before redaction: one could end in a part of a secret, which would not be recognised.
    unlimited = SpanLimits(max_attribute_length=SpanLimits.UNSET, max_span_attribute_length=SpanLimits.UNSET)
    tracer = TracerProvider(resource=resource, shutdown_on_exit=False, span_limits=unlimited)
    tracer.add_span_processor(ScrubbedSpans(processor, _max_chars(os.environ)))
    return tracer


class ScrubbedSpans(SpanProcessor):
    """Passes on each sampled span without secrets, and with the name of its server.

    Args:
        processor: the next one.
        max_chars: maximum characters of each text.
    """

    def __init__(self, processor: SpanProcessor, max_chars: int) -> None:
        self._processor = processor
        self._max_chars = max_chars

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if server := current_server.get():
            span.set_attribute(semantic_metrics.SERVER_ATTRIBUTE, server)

    def on_end(self, span: ReadableSpan) -> None:
        self._processor.on_end(self._scrubbed(span))

    def shutdown(self) -> None:
        self._processor.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._processor.force_flush(timeout_millis)

    def _scrubbed(self, span: ReadableSpan) -> ReadableSpan:
        events = [Event(self._text(e.name), self._attributes(e.attributes), e.timestamp) for e in span.events]
        return ReadableSpan(
            self._text(span.name),
            span.context,
            span.parent,
            span.resource,
            self._attributes(span.attributes),
            events,
            span.links,
            span.kind,
            status=Status(span.status.status_code, self._text(span.status.description or "") or None),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def _attributes(self, attributes: Mapping[str, Any] | None) -> dict[str, Any]:
        return {name: self._value(value) for name, value in (attributes or {}).items()}

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Sequence):
            return tuple(self._value(item) for item in cast("Sequence[Any]", value))
        return value

    def _text(self, text: str) -> str:
        return scrub_log(text)[: self._max_chars]


def _max_chars(environment: Mapping[str, str]) -> int:
    limits = [int(environment[name]) for name in _LENGTH_LIMITS if environment.get(name, "").isdecimal()]
    return min([MAX_TEXT_CHARS, *limits])
