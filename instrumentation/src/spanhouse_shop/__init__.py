"""The demo shop: real processes under real OpenTelemetry SDKs, with trouble that arrives on schedule."""
