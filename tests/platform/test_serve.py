"""The web process under our eye, with an app as small as can be."""

import os
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from cma_app.serve import WebProcess, WebTrouble, require_free_port
from cma_app.settings import Settings
from tests.platform.waiting import gone, until

APP = """
import json, os
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def alive(request):
    return JSONResponse({"status": "alive"})

async def environment(request):
    return JSONResponse(dict(os.environ))

async def end(request):
    os._exit(3)

def app():
    return Starlette(routes=[
        Route("/healthz", alive), Route("/environment", environment), Route("/end", end)])
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def web(tmp_path: Path, environment):
    (tmp_path / "tiny.py").write_text(APP)
    environment.setenv("DATABASE_OWNER_URL", "postgresql://owner:secret@h/cma")
    chosen = Settings(
        PORT=free_port(), CMA_HOME=tmp_path / "home", DATABASE_URL="postgresql://app:x@h/cma"
    )
    process = WebProcess(chosen, root=tmp_path, target="tiny:app")
    yield process
    process.stop()


def get(web: WebProcess, path: str) -> str:
    with urllib.request.urlopen(web.address + path, timeout=10) as answer:
        return answer.read().decode()


def port_of(web: WebProcess) -> int:
    return int(web.address.rpartition(":")[2])


def test_it_serves_on_loopback_and_frees_the_port(web: WebProcess):
    web.start()
    assert "alive" in get(web, "/healthz")
    with open("/proc/net/tcp") as table:
        bound = [line.split()[1] for line in table if f":{port_of(web):04X} " in line]
    assert bound
    assert all(address.startswith("0100007F") for address in bound)  # 127.0.0.1 alone
    web.stop()
    assert not web.alive
    require_free_port(port_of(web))


def test_it_knows_the_serving_address_and_never_the_owner_s(web: WebProcess):
    web.start()
    told = get(web, "/environment")
    assert "postgresql+psycopg://app:x@h/cma" in told
    assert "secret" not in told
    assert '"__REFLEX_SKIP_COMPILE":"true"' in told
    assert '"__REFLEX_MOUNT_FRONTEND_COMPILED_APP":"true"' in told


def test_a_killed_process_is_noticed_and_starts_again_on_its_port(web: WebProcess):
    web.start()
    assert web.pid is not None
    os.kill(web.pid, signal.SIGKILL)
    until(lambda: not web.alive, what="the end")
    web.stop()  # what it left behind still holds the port
    web.start()
    assert "alive" in get(web, "/healthz")


def test_nothing_is_left_of_it_after_a_stop(web: WebProcess):
    web.start()
    assert web.pid is not None
    family = [web.pid, *children(web.pid)]
    assert len(family) > 1
    web.stop()
    for pid in family:
        until(lambda pid=pid: gone(pid), what=f"the end of {pid}")


def children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found.append(int(stat.parent.name))
    return found


def test_a_taken_port_is_one_sentence(web: WebProcess):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port_of(web)))
        other.listen()
        with pytest.raises(WebTrouble) as caught:
            web.start()
    said = caught.value.sentence
    assert said.startswith(f"Port {port_of(web)} is taken by another program")
    assert "\n" not in said


def test_an_app_that_cannot_start_is_one_sentence(web: WebProcess, tmp_path: Path):
    (tmp_path / "tiny.py").write_text("raise RuntimeError('no')")
    with pytest.raises(WebTrouble, match=r"ended while starting: see .*web\.log"):
        web.start()
