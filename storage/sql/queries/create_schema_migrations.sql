-- Which migrations this database has. Tiny, append-only.
CREATE TABLE IF NOT EXISTS schema_migrations
(
    Number UInt32,
    Slug String,
    Checksum String,
    AppliedAt DateTime DEFAULT now()
)
ENGINE = MergeTree
ORDER BY Number
