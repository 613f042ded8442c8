"""OpenTelemetry defaults for services that send their traces to Spanhouse."""
