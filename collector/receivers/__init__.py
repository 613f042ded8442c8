"""Listeners: OTLP/gRPC, OTLP/HTTP and Zipkin. They move bytes and map refusals to their protocol's codes."""
