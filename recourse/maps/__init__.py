"""Maps for `recourse import log`: what the activities of other systems' logs are in our words."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from application.importing.log_map import LogMap, MapInvalid, map_in
from recourse.exits import NotInOrder

ENDING = ".toml"


def shipped() -> dict[str, str]:
    """The maps that come with the program: their texts by their names."""
    found = (each for each in files(__name__).iterdir() if each.name.endswith(ENDING))
    return {each.name.removesuffix(ENDING): each.read_text(encoding="utf-8") for each in found}


def read_map(name: str) -> LogMap:
    """The map in this file, or the shipped one of this name. Raises NotInOrder."""
    file = Path(name)
    text = shipped().get(name)
    try:
        return map_in(file.read_text(encoding="utf-8") if text is None else text)
    except OSError:
        raise NotInOrder(
            f"{name} is no file that can be read, and no map that ships: {', '.join(shipped())}."
        ) from None
    except UnicodeDecodeError:
        raise NotInOrder(f"{name} is no text in UTF-8.") from None
    except MapInvalid as error:
        raise NotInOrder(f"The map {name} cannot be used: {'; '.join(error.args)}") from error
