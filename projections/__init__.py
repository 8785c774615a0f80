"""What people look at. A view is declared once; the engine behind it does the rest."""
