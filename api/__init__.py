"""GraphQL and HTTP. Names and shapes only: nothing is decided here."""
