"""Pages, map drawing, waterfall and charts. May import `query`, nothing below it."""
