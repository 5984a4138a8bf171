"""`make run` says in a sentence why it does not start, and which of its two processes has ended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.launch import HOST, farewell

ROOT = Path(__file__).resolve().parents[2]


def start(instance: Path, port: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ANHU_")}
    environ |= {"ANHU_ENV": "demo", "ANHU_INSTANCE": str(instance), "PORT": port}
    return subprocess.run(
        [sys.executable, "-m", "scheduler.launch"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("port", ["abc", "0", "-1", "65536", "8000x", "٨٠٠٠"])
def test_a_port_that_is_none_is_refused_in_one_sentence(tmp_path: Path, port: str) -> None:
    done = start(tmp_path, port)
    assert done.returncode != 0 and len(done.stderr.strip().splitlines()) == 1
    assert "PORT is" in done.stderr and "from 1 to 65535" in done.stderr


def test_a_port_in_use_is_refused_in_one_sentence_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        done = start(tmp_path, str(port))
    assert done.returncode != 0 and len(done.stderr.strip().splitlines()) == 1
    assert f"port {port} is in use by another program" in done.stderr
    assert not (tmp_path / "anhu.db").exists()


def test_the_one_that_ended_is_named_and_why_the_other_is_stopped() -> None:
    [said] = farewell({"The web server": None, "The scheduler": 1})
    assert said.startswith("The scheduler has ended (exit status 1); stopping the web server too")
    assert farewell({"The web server": None, "The scheduler": None}) == []
