"""The view of standard warranty claims: its row, its fold in three parts, how it may be asked."""
