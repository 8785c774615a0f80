"""Stored events of every type and version there ever was, kept for ever and never changed.

    python -m tests.application.golden

adds the ones that are missing, for a new type or a new version. It changes none that is there:
if the stored form of an event changes, raise its `schema_version`, and write the step from the
version before into application/upcasting.py.
"""
