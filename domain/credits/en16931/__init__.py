"""EN 16931: what an electronic invoice must state, and what of it must agree, as named checks."""
