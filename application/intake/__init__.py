"""Papers that come in as files: read safely, checked, and booked once."""
