"""Receivers, checking and batching of OTLP requests. May import `storage`."""
