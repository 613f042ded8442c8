-- Which requests are unpacked already: 128-bit hashes of request bytes. A client that sends again after a lost answer
-- is told yes without a second copy. Small granules: it is read by key only.
CREATE TABLE IF NOT EXISTS {database}.requests_seen{local}
(
    RequestHash UInt128,
    SeenAt DateTime DEFAULT now()
)
ENGINE = {engine_prefix}MergeTree
PARTITION BY toStartOfTenMinutes(SeenAt)
ORDER BY RequestHash
TTL SeenAt + INTERVAL 20 MINUTE
SETTINGS ttl_only_drop_parts = 1, index_granularity = 256

-- split cluster
CREATE TABLE IF NOT EXISTS {database}.requests_seen AS {database}.requests_seen_local
ENGINE = Distributed('{cluster}', '{database}', 'requests_seen_local', toUInt64(RequestHash))
