"""Services and their operations: calls, errors, percentiles, time series, the SLA table."""
