"""Why a link is red: where its slow and failing calls lie, what they have in common, who waits for them."""
