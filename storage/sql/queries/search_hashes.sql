-- The hashes that trace_parts (0020_trace_parts.sql) keeps for a service and for an operation of it.
SELECT
    bitAnd(toUInt32(cityHash64({service:String})), 4294967294),
    bitAnd(toUInt32(cityHash64({service:String}) + 31 * cityHash64({operation:String})), 4294967294)
