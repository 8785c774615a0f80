"""Exchanges, as people look at them."""
