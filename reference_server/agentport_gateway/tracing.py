"""Sending spans to an OpenTelemetry collector; what it needs is an optional extra."""

from __future__ import annotations

import logging
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

from agentport_gateway.observing import trace_with

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PARTS = (
    "opentelemetry.trace",
    "opentelemetry.sdk.resources",
    "opentelemetry.sdk.trace",
    "opentelemetry.sdk.trace.export",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
)
_LAST_SPANS_SECONDS = 2.0


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
    # A collector that is away is worth one line for what is lost, and none for every try.
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)
    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over what is said here.
    provider = sdk.TracerProvider(
        resource=resources.Resource.create({"service.name": "agentport-gateway"}), shutdown_on_exit=False
    )
    provider.add_span_processor(export.BatchSpanProcessor(_Discreet(otlp.OTLPSpanExporter(), sdk, trace)))
    trace.set_tracer_provider(provider)
    trace_with(provider.get_tracer("agentport_gateway"))

    def end() -> None:
        trace_with(None)
        # A collector that does not answer must not keep the gateway from stopping.
        flushing = threading.Thread(target=provider.shutdown, daemon=True)
        flushing.start()
        flushing.join(_LAST_SPANS_SECONDS)

    return end


class _Discreet:
    """An exporter that says that something failed, never in whose words: upstreams repeat what they were sent."""

    def __init__(self, exporter: Any, sdk: Any, trace: Any) -> None:
        self._exporter = exporter
        self._sdk = sdk
        self._trace = trace

    def export(self, spans: Sequence[Any]) -> Any:
        """Send the spans without words of errors."""
        return self._exporter.export([self._without_words(span) for span in spans])

    def shutdown(self) -> None:
        """Send nothing more."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> Any:
        """Send what is left."""
        return self._exporter.force_flush(timeout_millis)

    def _without_words(self, span: Any) -> Any:
        if span.status.description is None and not span.events:
            return span
        return self._sdk.ReadableSpan(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=span.attributes,
            links=span.links,
            kind=span.kind,
            status=self._trace.Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )
