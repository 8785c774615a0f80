"""Work requests between departments: asked, signed, promised, and kept or not (CON-5, CON-7)."""
