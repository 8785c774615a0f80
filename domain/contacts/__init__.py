"""Contacts: calls and messages, what is answered to them, and work between departments."""
