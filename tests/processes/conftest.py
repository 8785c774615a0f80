from __future__ import annotations

from tests.intake.conftest import files, intake

__all__ = ["files", "intake"]
