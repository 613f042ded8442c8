"""OTLP messages: checking, trimming to limits, JSON to protobuf, answers. Pure: no I/O, no clock."""
