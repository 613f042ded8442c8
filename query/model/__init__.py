"""The shapes the query side answers with: exactly what the JSON API prints and the pages show."""
