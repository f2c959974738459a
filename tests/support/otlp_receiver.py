"""A receiver of OTLP over HTTP on loopback, which decodes by the published protobuf definitions."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from google.protobuf.message import Message
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

Request = TypeVar("Request", bound=Message)


class Receiver:
    """What was exported to it."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[bytes] = []
        self.heads: list[str] = []
        self.spans: list[Span] = []
        self.metrics: list[Metric] = []
        self.resources: list[dict[str, str]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = next(
                    int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")
                )
                self._take(head, await reader.readexactly(length))
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _take(self, head: str, body: bytes) -> None:
        self.heads.append(head)
        self.bodies.append(body)
        if head.startswith("POST /v1/traces "):
            traces = _decoded(ExportTraceServiceRequest(), body)
            for group in traces.resource_spans:
                self.resources.append(texts(group.resource.attributes))
                self.spans += [span for scope in group.scope_spans for span in scope.spans]
        else:
            assert head.startswith("POST /v1/metrics ")
            exported = _decoded(ExportMetricsServiceRequest(), body)
            self.metrics = [m for g in exported.resource_metrics for scope in g.scope_metrics for m in scope.metrics]

    def metric(self, name: str) -> Metric:
        """The metric of this name, as it was exported last."""
        return next(metric for metric in self.metrics if metric.name == name)

    def span(self, matches: Callable[[Span], bool]) -> Span:
        """The only span that matches."""
        (found,) = [span for span in self.spans if matches(span)]
        return found


def _decoded(request: Request, body: bytes) -> Request:
    request.ParseFromString(body)
    assert request.SerializeToString(deterministic=True)
    return request


def texts(attributes: object) -> dict[str, str]:
    """Attributes with their values as text."""
    return {pair.key: _value(pair) for pair in attributes}  # type: ignore[attr-defined]


def _value(pair: KeyValue) -> str:
    return str(getattr(pair.value, pair.value.WhichOneof("value")))


@asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver]:
    """A receiver that listens inside."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield receiver
