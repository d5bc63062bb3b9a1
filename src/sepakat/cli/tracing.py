"""OpenTelemetry traces of a served node, when the setting `traces` names where they go: requests and background steps.

Needs the extra `traces`. A span has a name, a door, a method, a status, how long it took; nothing of what was asked or
answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sepakat.cli.observing import Span, no_span
from sepakat.errors import ConfigurationError


def spans_to(address: str | None, party: str) -> tuple[Span, Callable[[], object]]:
    """The way to begin spans, and what sends the last of them at the end.

    Raises:
        ConfigurationError: traces are asked for and the extra is not installed.
    """
    if address is None:
        return no_span, lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ConfigurationError(
            "traces-not-installed",
            "not served: traces are asked for, and OpenTelemetry is not installed",
            "pip install 'sepakat[traces]', or take `traces` out of the settings",
        ) from error
    return spans_through(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)), party)


def spans_through(processor: Any, party: str) -> tuple[Span, Callable[[], object]]:
    """The same, through a processor of OpenTelemetry's."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(resource=Resource({"service.name": "sepakat", "service.namespace": party}))
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("sepakat")

    @contextmanager
    def span(name: str, facts: dict[str, str | int]) -> Iterator[Any]:
        # An error is told by its status alone: its text may quote what was sent.
        begun = tracer.start_as_current_span(
            name, attributes=facts, record_exception=False, set_status_on_exception=False
        )
        with begun as current:
            yield current

    return span, provider.shutdown
