"""Repairs: an item comes to us, new goods arrive faulty, or we go to the customer (section 3)."""
