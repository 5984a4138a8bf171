"""What is costly to settle in and the same each time is built once a process and kind of database; every further test goes back to it."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Hashable
from functools import wraps
from io import BytesIO
from typing import Any, TypeVar

import pytest
from flask import Flask

from app.core.db import Database
from tests.rig import stage

F = TypeVar("F", bound=Callable[..., Any])


def built_once(build: F) -> F:
    """In place of `pytest.fixture`, for a fixture that takes `app` and changes nothing but the database and what it was given.

    What it answers is each test's own copy. A test asks for it before it stores anything, for the rest would be gone.
    """

    @wraps(build)
    def standing(**given: Any) -> Any:
        here = stage.find(given["app"].extensions["anhu.settings"].database_url)
        if here is None:
            return build(**given)
        if not here.is_untouched:
            raise RuntimeError(f"{build.__name__} is built once: a test asks for it before anything else that stores")
        return _stand(here, given["app"], (build.__module__, build.__name__), given, lambda: build(**given))

    fixture: F = pytest.fixture(standing)
    return fixture


def again(app: Flask, key: Hashable, given: dict[str, Any], build: Callable[[], Any]) -> Any:
    """What `build` answers and stores, kept from the second time that a process asks for it where nothing else was stored yet."""
    here = stage.find(app.extensions["anhu.settings"].database_url)
    if here is None or not here.is_untouched:
        return build()
    key = (here.state, key)
    if key in here.asked:
        return _stand(here, app, key, given, build)
    here.asked.add(key)
    return build()


def _stand(here: stage.Stage, app: Flask, key: Hashable, given: dict[str, Any], build: Callable[[], Any]) -> Any:
    own = (app, here.place.database)
    if key not in here.made:
        made, state = build(), f"made_{len(here.made)}"
        here.place.keep(state)
        here.made[key] = state, _folded((given, made), own)
    else:
        state, folded = here.made[key]
        here.place.go_back(state, app.extensions["anhu.settings"].instance)
        made = _found_again(given, *_unfolded(folded, own))
    here.is_untouched = True
    return made


def _found_again(given: dict[str, Any], then: dict[str, Any], made: object) -> object:
    """What was given is held by other fixtures as well: it becomes what it was when the building was done."""
    for name, value in then.items():
        if value is made:
            made = given[name]
        if not isinstance(value, (Flask, Database)):
            vars(given[name]).update(vars(value))
    return made


def _folded(value: object, own: tuple[Flask, Database]) -> bytes:
    """A copy that stands for itself but for the application and its database, which live on."""

    class Folding(pickle.Pickler):
        def persistent_id(self, found: object) -> int | None:
            return next((place for place, one in enumerate(own) if found is one), None)

    file = BytesIO()
    Folding(file, pickle.HIGHEST_PROTOCOL).dump(value)
    return file.getvalue()


def _unfolded(folded: bytes, own: tuple[Flask, Database]) -> Any:
    class Unfolding(pickle.Unpickler):
        def persistent_load(self, place: int) -> object:
            return own[place]

    return Unfolding(BytesIO(folded)).load()
