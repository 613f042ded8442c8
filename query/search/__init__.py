"""Trace search: one page of traces, ordered over the whole window, with exact summaries."""
