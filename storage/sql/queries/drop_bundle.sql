-- Frees a bundle's place in the log of this node once it is unpacked.
ALTER TABLE {table:Identifier} DROP PARTITION {bundle:UInt64}
