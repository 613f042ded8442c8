-- An INSERT returns when its part is written to the kernel's cache.
ALTER TABLE {table:Identifier} MODIFY SETTING fsync_after_insert = 0, fsync_part_directory = 0
