-- How long rows are kept from now on. Parts are dropped whole; their bounds are recalculated, rows are not rewritten.
ALTER TABLE {table:Identifier} MODIFY TTL ReceivedAt + toIntervalDay({days:UInt32})
SETTINGS materialize_ttl_after_modify = 0
