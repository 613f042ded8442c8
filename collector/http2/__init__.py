"""HTTP/2 as far as gRPC servers need it (RFC 9113): frames, flow control, one connection, one listener."""
