"""The whole schema: importing this module loads every room's tables into one metadata, for migrations and checks."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from app.core.db import Base

APP = Path(__file__).resolve().parent.parent

for _models in sorted(APP.glob("*/models.py")):
    import_module(f"app.{_models.parent.name}.models")

metadata = Base.metadata
