"""The trace page: sentence, hop list, waterfall, flame view, map of one trace, span drawer."""
