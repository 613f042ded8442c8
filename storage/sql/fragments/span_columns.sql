-- The columns of otel_traces that a span is written to.
(
    Timestamp, TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes,
    ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode, StatusMessage, `Events.Timestamp`,
    `Events.Name`, `Events.Attributes`, `Links.TraceId`, `Links.SpanId`, `Links.TraceState`,
    `Links.Attributes`, ReceivedAt, Flags, SpanAttributeTypes, ResourceAttributeTypes, EventAttributeTypes,
    LinkAttributeTypes, LinkFlags, ScopeAttributes, ScopeAttributeTypes, DroppedAttributes, DroppedEvents,
    DroppedLinks, ResourceSchemaUrl, ScopeSchemaUrl
)
