"""Repair orders as people look at them, from the item that comes in to the callback."""
