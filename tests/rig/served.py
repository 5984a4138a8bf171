"""The product as a server of its own serves it to the browser tests: its pages are translated once a run, not once a server."""

from __future__ import annotations

import os

from jinja2 import FileSystemBytecodeCache

from wsgi import application

application.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ["ANHU_TEST_PAGES"])
