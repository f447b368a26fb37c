"""Sending spans to an OpenTelemetry collector; what it needs is an optional extra."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from agentport_gateway.observing import trace_with

if TYPE_CHECKING:
    from collections.abc import Callable

_PARTS = (
    "opentelemetry.trace",
    "opentelemetry.sdk.resources",
    "opentelemetry.sdk.trace",
    "opentelemetry.sdk.trace.export",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
)


class CannotTraceError(Exception):
    """Spans were asked for and cannot be sent; the text says what is missing."""


def export_spans() -> Callable[[], None]:
    """Send spans as the standard OTEL_… variables say; the answer ends that. Raises CannotTraceError."""
    try:
        trace, resources, sdk, export, otlp = map(import_module, _PARTS)
    except ImportError:
        raise CannotTraceError(
            "spans need the OpenTelemetry SDK: pip install 'agentport-conformance[telemetry]'"
        ) from None
    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over what is said here.
    provider = sdk.TracerProvider(resource=resources.Resource.create({"service.name": "agentport-gateway"}))
    provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    trace_with(provider.get_tracer("agentport_gateway"))

    def end() -> None:
        trace_with(None)
        provider.shutdown()

    return end
