-- An INSERT returns when its part is on the disk, not just in the kernel's cache.
ALTER TABLE {table:Identifier} MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1
