-- How many spans arrived since a second. By the index on ReceivedAt.
SELECT count()
FROM link_spans
WHERE ReceivedAt >= toDateTime({from_second:UInt32})
