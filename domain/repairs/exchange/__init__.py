"""Exchanges: new goods that arrive faulty, and refunds instead (rulebook 3.2)."""
