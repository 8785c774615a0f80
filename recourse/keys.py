"""Secrets that live beside the database, never in it: made once, readable by their owner only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def kept(file: Path, size: int) -> bytes:
    """The key in the file, made of fresh random bytes if there is none.

    Of two programs that start at once only one makes it, and neither sees half of it.
    """
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}-") as fresh:
            fresh.write(os.urandom(size))
            fresh.flush()
            with suppress(FileExistsError):
                os.link(fresh.name, file)
    return file.read_bytes()
