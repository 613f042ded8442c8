-- Hosts and native ports of a cluster's replicas, shard by shard.
SELECT host_name, port
FROM system.clusters
WHERE cluster = {cluster:String}
ORDER BY shard_num, replica_num
