"""Contacts: who got in touch, who is in charge, what is due, and what came of it."""
