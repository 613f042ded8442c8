-- The namespace of each service that has one (0022_service_namespaces.sql): of those it named in the last hour it was
-- heard of, the first by name. So two instances that disagree do not make it change back and forth.
SELECT Service, min(Namespace) AS Namespace
FROM
(
    SELECT Service, Namespace, max(ReceivedAt) AS Seen, max(Seen) OVER (PARTITION BY Service) AS Latest
    FROM service_namespaces
    GROUP BY Service, Namespace
)
WHERE Seen + 3600 >= Latest
GROUP BY Service
LIMIT 20000
