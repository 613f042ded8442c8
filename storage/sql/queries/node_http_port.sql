-- The HTTP port of the server at a native address, asked from that server itself.
SELECT getServerPort({port_name:String})
FROM remote({address:String}, system.one)
