-- The second in which the oldest request that is still in the log came: none of its spans arrives earlier, and all of
-- them can be read once it has left the log. Now when the log is empty.
SELECT if(count() = 0, toUnixTimestamp(now()), toUnixTimestamp(min(logged_at))) AS Since
FROM otlp_log
