"""Figures: what is counted over views, each a row and the SQL file of the same name."""
