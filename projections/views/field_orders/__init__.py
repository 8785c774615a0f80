"""Field orders: how far each has come, what is due, and what was in time (rulebook 3.3)."""
