-- Two tables in which single keys are looked up: what is decompressed for each is a block, 64 KiB at least unless said
-- otherwise. With blocks of 4 KiB the slices next to one slice are found in half of the time, and where the traces of a
-- page lie, too (docs/adr/0010-trace-search.md, docs/adr/0006-link-roll-up.md). Keys of traces cannot be compressed.
ALTER TABLE {database}.link_traces{local} MODIFY COLUMN TraceKey UInt64 CODEC(NONE)

-- split
ALTER TABLE {database}.link_traces{local}
    MODIFY SETTING min_compress_block_size = 4096, max_compress_block_size = 8192

-- split
ALTER TABLE {database}.otel_traces_trace_id_ts{local}
    MODIFY SETTING min_compress_block_size = 4096, max_compress_block_size = 8192
