"""Commercial claims: goodwill outside the warranty, granted before the work is done (CLM-6)."""
