"""A server of each kind and a client that asks it hard: gunicorn with one worker a core, wrk with sixteen connections."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from config import ROOT

CONNECTIONS = 16
SECONDS = 5
STARTS_WITHIN = 60


@dataclass(frozen=True)
class Call:
    """One request of a series: method, path, body."""

    method: str
    path: str
    body: str = ""


@dataclass(frozen=True)
class Load:
    """Seconds and requests a second, and how many answers took longer than the client waits."""

    p50: float
    p95: float
    rate: float
    timeouts: int = 0

    @classmethod
    def middle(cls, loads: Sequence[Load]) -> Load:
        middles = (statistics.median(getattr(load, name) for load in loads) for name in ("p50", "p95", "rate"))
        return cls(*middles, sum(load.timeouts for load in loads))


@contextlib.contextmanager
def serve(application: str, environment: dict[str, str]) -> Iterator[int]:
    """gunicorn's plain workers, one a core; yields the port."""
    port = _free_port()
    command = [
        str(Path(sys.executable).with_name("gunicorn")), "--workers", str(os.cpu_count() or 1), "--bind",
        f"127.0.0.1:{port}", "--log-level", "error", application,
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stderr=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def ask(port: int, call: Call, headers: dict[str, str]) -> http.client.HTTPResponse:
    """One request whose answer is read."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=STARTS_WITHIN)
    connection.request(call.method, call.path, call.body or None, headers)
    return connection.getresponse()


def load(port: int, calls: Sequence[Call], headers: dict[str, str]) -> Load:
    """Send the calls in turn, again from the first when they run out, and say how long answers took."""
    first = ask(port, calls[0], headers)
    if first.status >= 400:
        raise RuntimeError(f"{calls[0].method} {calls[0].path} answered {first.status}")
    return (_by_wrk if shutil.which("wrk") else _by_threads)(port, calls[1:] or calls, headers)


_LUA = """
local calls = {}
for line in io.lines("%(calls)s") do
  local method, path, body = line:match("^(%%S+)\\t(%%S+)\\t(.*)$")
  calls[#calls + 1] = { method, path, body }
end
local headers = { %(headers)s }
local at, threads = 0, 0
function setup(thread) thread:set("first", threads); threads = threads + 1 end
function request()
  local call = calls[(first + at * 2) %% #calls + 1]
  at = at + 1
  return wrk.format(call[1], call[2], headers, call[3] ~= "" and call[3] or nil)
end
function done(summary, latency, requests)
  io.write(string.format('RESULT {"p50":%%f,"p95":%%f,"rate":%%f,"refused":%%d,"timeouts":%%d}\\n', latency:percentile(50) / 1e6,
    latency:percentile(95) / 1e6, summary.requests / summary.duration * 1e6, summary.errors.status, summary.errors.timeout))
end
"""


def _by_wrk(port: int, calls: Sequence[Call], headers: dict[str, str]) -> Load:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = (f"{call.method}\t{call.path}\t{call.body}" for call in calls)
        (folder / "calls").write_text("\n".join(lines) + "\n")
        fixed = ", ".join(f'["{key}"] = "{value}"' for key, value in headers.items())
        (folder / "script.lua").write_text(_LUA % {"calls": folder / "calls", "headers": fixed})
        command = [
            "wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(folder / "script.lua"), f"http://127.0.0.1:{port}",
        ]  # fmt: skip
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    result = json.loads(said.split("RESULT ")[1])
    if result["refused"]:
        raise RuntimeError(f"{result['refused']} answers were refusals\n{said}")
    return Load(result["p50"], result["p95"], result["rate"], result["timeouts"])


def _by_threads(port: int, calls: Sequence[Call], headers: dict[str, str]) -> Load:
    """Where wrk is not installed: slower itself, but the same for both servers."""
    ends = time.perf_counter() + SECONDS

    def keep_asking(number: int) -> list[float]:
        took, at = [], number
        while time.perf_counter() < ends:
            began = time.perf_counter()
            answer = ask(port, calls[at % len(calls)], headers)
            answer.read()
            if answer.status >= 400:
                raise RuntimeError(f"answer {answer.status}")
            took.append(time.perf_counter() - began)
            at += CONNECTIONS
        return took

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        took = sorted(one for part in pool.map(keep_asking, range(CONNECTIONS)) for one in part)
    return Load(took[len(took) // 2], took[int(len(took) * 0.95)], len(took) / SECONDS)


def in_turn(rounds: int, ours: Callable[[int], Load], floor: Callable[[int], Load]) -> tuple[Load, Load]:
    """Both by turns, so that a noisy minute hits both; the middle of each."""
    mine, bare = [], []
    for number in range(rounds):
        bare.append(floor(number))
        mine.append(ours(number))
    return Load.middle(mine), Load.middle(bare)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")
