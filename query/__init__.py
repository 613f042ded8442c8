"""Traces, links, search and the JSON API. May import `storage`."""
