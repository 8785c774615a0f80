"""Warranty claims: asking the manufacturer to bear the cost of work done."""
