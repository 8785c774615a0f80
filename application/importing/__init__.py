"""History from other systems: a log of activities becomes events of our own trade."""
