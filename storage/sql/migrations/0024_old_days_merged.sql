-- Where a trace lies is looked up in every part of otel_traces_trace_id_ts, for ids are in all of them: 0.2 ms for each
-- trace of a page and each part. A day of arrival that is over becomes one part, of trace_parts too, whose rows of a
-- trace then are one. That costs 0.07 us of CPU per span, once (docs/adr/0010-trace-search.md); otel_traces
-- itself, forty times as large, is left as it is.
ALTER TABLE {database}.otel_traces_trace_id_ts{local}
    MODIFY SETTING min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1

-- split
ALTER TABLE {database}.trace_parts{local}
    MODIFY SETTING min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1
