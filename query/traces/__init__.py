"""One trace: tree, clock skew, critical path, hops. Pure but for `reader`."""
