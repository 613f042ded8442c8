-- Keeps the request in a file, which cannot be unpacked, as it is decoded.
-- Parameters as in unpack_file.sql.
INSERT INTO otlp_set_aside (resource_spans, bundle, request_hash)
SETTINGS format_schema = {schema:String}, input_format_protobuf_oneof_presence = 1, input_format_parallel_parsing = 0
SELECT resource_spans, bundle, request_hash
FROM file({path:String}, 'Protobuf', concat({structure:String}, ', bundle UInt64, request_hash FixedString(16)'))
