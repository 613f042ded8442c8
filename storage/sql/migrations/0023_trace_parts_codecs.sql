-- Trace search reads trace_parts row by row: what is cheap to read back matters more here than the last byte
-- (docs/adr/0010-trace-search.md). Ids cannot be compressed, times are numbers of forty bits within five minutes, and
-- sets of hashes repeat as a whole. Parts written before are converted as they merge.
ALTER TABLE {database}.trace_parts{local}
    MODIFY COLUMN TraceId FixedString(16) CODEC(NONE),
    MODIFY COLUMN StartNs SimpleAggregateFunction(min, Int64) CODEC(T64, LZ4),
    MODIFY COLUMN EndNs SimpleAggregateFunction(max, Int64) CODEC(T64, LZ4),
    MODIFY COLUMN Services SimpleAggregateFunction(groupUniqArrayArray, Array(UInt32)) CODEC(LZ4),
    MODIFY COLUMN Operations SimpleAggregateFunction(groupUniqArrayArray, Array(UInt32)) CODEC(LZ4)
