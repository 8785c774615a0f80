"""Our rules beside the published validation of EN 16931, for whoever follows a release of it.

`make official` fetches the validation into `.official`, apart from the project, and compares.
"""
