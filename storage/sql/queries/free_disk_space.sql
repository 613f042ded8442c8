-- Bytes left on the fullest local disk of the server that is asked.
SELECT min(unreserved_space)
FROM system.disks
WHERE type = 'Local'
