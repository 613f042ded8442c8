-- Calls over one link that start in some slices: a sample of those that fulfil a selection, a sample of the rest, and
-- of the selected the newest or slowest. One row per callee span (caller span where nothing answered).
-- What decides here is the callee span and the caller span it names; query/causes/calls.py finds the exact hops.
--
-- Sampled are bunches of calls, in an order by chance, until there are `sampled` of the rest and `enough` of the
-- selected. The calls of a bunch have neighbouring trace ids in one five minutes: about one granule of otel_traces,
-- so that reading the attributes of a sample costs what the sample is of the whole. `spans`: how many the slices hold.
-- callee_kinds: of spans that answer; virtual = 1: caller spans that name the callee may be unanswered.
-- slices: Unix seconds, multiples of ten; near_slices: those in which callers may have started. Others: nanoseconds.
WITH
    callees AS
    (
        SELECT
            TraceId, SpanId, SpanKey, ParentSpanId, StartNs, DurationNs, Error, LinkedTraces,
            multiIf(Kind IN (3, 4), 0, notEmpty(LinkedSpans), LinkedSpans[1], ParentKey) AS CallerKey
        FROM link_spans
        WHERE Slice IN {slices:Array(UInt32)}
            AND StartNs >= {start_ns:Int64} AND StartNs < {end_ns:Int64}
            AND ((Service = {callee:String} AND Kind IN {callee_kinds:Array(UInt8)})
                OR ({virtual:UInt8} = 1 AND Service = {caller:String} AND Kind IN (3, 4) AND Peer = {callee:String}))
        LIMIT 1 BY SpanKey
    ),
    calls AS
    (
        SELECT
            TraceId, SpanId, SpanKey, LinkedTraces, StartNs,
            if(Known = 1, CallerNs, DurationNs) AS ObservedNs,
            StartNs >= {selected_start_ns:Int64} AND StartNs < {selected_end_ns:Int64}
                AND ObservedNs >= {min_duration_ns:UInt64} AND ObservedNs < {max_duration_ns:UInt64}
                AND ({failing:UInt8} = 0 OR Error OR CallerError) AS Selected
        -- A right join goes over possible callers once and looks each up among the callees; asking for the callers
        -- of the callees would find the callees twice.
        FROM
        (
            SELECT SpanKey AS Key, DurationNs AS CallerNs, Error AS CallerError, Service AS Caller, Sidecar AS Proxy,
                1 AS Known
            FROM link_spans
            WHERE Slice IN {near_slices:Array(UInt32)} AND Kind IN (3, 4)
        ) AS callers
        RIGHT JOIN callees ON callers.Key = callees.CallerKey
        WHERE multiIf(
            {caller:String} = 'user', ParentSpanId = 0 OR Proxy,
            Known = 1, Caller = {caller:String} OR Proxy,
            CallerKey = 0, ParentSpanId != 0 OR notEmpty(LinkedTraces) OR {virtual:UInt8} = 1,
            true)
        LIMIT 1 BY SpanKey
    )
SELECT TraceId, SpanId, cityHash64(TraceId) AS TraceKey, LinkedTraces, Selected, Found,
    SampleRank <= {sampled:UInt32} AND (SampleRank <= {enough:UInt32} OR Chance <= LastChance) AS Sampled
FROM
(
    SELECT
        *,
        max(if(NOT Selected AND SampleRank <= {sampled:UInt32}, Chance, 0)) OVER () AS LastChance
    FROM
    (
        SELECT
            *,
            count() OVER (PARTITION BY Selected) AS Found,
            row_number() OVER (PARTITION BY Selected ORDER BY Chance, intHash64(SpanKey)) AS SampleRank,
            row_number() OVER (PARTITION BY Selected
                ORDER BY if({newest:UInt8} = 1, StartNs, toInt64(least(ObservedNs, 9000000000000000000))) DESC, SpanKey)
                AS ListRank
        FROM
        (
            SELECT
                *,
                -- Granules have 8,192 spans.
                greatest(1, intDiv(8192 * count() OVER (), {spans:UInt64})) AS Bunch,
                intDiv(StartNs, 300000000000) AS Bucket,
                row_number() OVER (PARTITION BY intDiv(StartNs, 300000000000) ORDER BY TraceId, SpanKey) AS Place,
                cityHash64(Bucket, intDiv(Place, Bunch)) AS Chance
            FROM calls
        )
    )
)
WHERE Sampled OR (Selected AND ListRank <= {listed:UInt32})
SETTINGS
    priority = 2, low_priority_query_wait_time_ms = 50,
    max_execution_time = 10, max_memory_usage = 4000000000
