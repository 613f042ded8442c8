"""Search within one trace: which spans contain all the words.

Pure. Words are compared without case against service, name, kind, span id, status message, attribute
`key=value` pairs (span, resource and scope), event names and their attributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from query.model.trace import Attributes, Span

MAX_QUERY_LENGTH = 200


def find_spans(spans: Sequence[Span], query: str) -> list[int]:
    """Positions of spans that contain every word of `query`; none for an empty query."""
    words = query[:MAX_QUERY_LENGTH].casefold().split()
    if not words:
        return []
    return [index for index, span in enumerate(spans) if _contains(span, words)]


def _contains(span: Span, words: list[str]) -> bool:
    missing = list(words)
    for text in _texts(span):
        folded = text.casefold()
        missing = [word for word in missing if word not in folded]
        if not missing:
            return True
    return False


def _texts(span: Span) -> Iterator[str]:
    yield f"{span.service} {span.name} {span.kind} {span.span_id} {span.status_message}"
    yield "error" if span.status == "error" else ""
    yield from _pairs(span.attributes)
    yield from _pairs(span.resource)
    yield f"{span.scope.name} {span.scope.version}"
    for event in span.events:
        yield event.name
        yield from _pairs(event.attributes)


def _pairs(attributes: Attributes) -> Iterator[str]:
    for key, value in attributes.items():
        yield f"{key}={value}"
