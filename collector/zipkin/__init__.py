"""Zipkin v2 JSON to OTLP protobuf. Pure: no I/O, no clock."""
