"""Repair orders: an item comes to us, at the counter, from a dealer, or into the workshop (3.1)."""
