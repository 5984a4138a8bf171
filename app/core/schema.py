"""The whole schema: importing this module loads every room's tables into one metadata, for migrations and checks."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from app.core.db import Base

APP = Path(__file__).resolve().parent.parent

for _room in sorted(APP.iterdir()):
    if (_room / "models.py").exists() or (_room / "models").is_dir():
        import_module(f"app.{_room.name}.models")

metadata = Base.metadata
