"""A real browser, and a real JupyterLab: private to the tests and stopped at their end."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import Lab

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 120_000  # milliseconds: a busy machine is no fault
HOW = "needs a browser: apt-get install chromium, pip install playwright"


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """The browser, with a profile of its own."""
    playwright = pytest.importorskip("playwright.sync_api", reason=HOW)
    if CHROMIUM is None:
        pytest.skip(HOW)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": 1280, "height": 800},
            accept_downloads=True,
        )
        browser.set_default_timeout(PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab."""
    yield from _served("jupyterlab", tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="session")
def notebook7(tmp_path_factory):
    """A Jupyter Notebook, which is not among what `make setup` installs."""
    pytest.importorskip("notebook", minversion="7", reason="needs Notebook 7: pip install notebook")
    yield from _served("notebook", tmp_path_factory.mktemp("notebook"))


def _served(module: str, home: Path) -> Iterator[Lab]:
    """On a free loopback port with a random token and folders of its own."""
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = {
        name: str(home / name.lower())
        for name in (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "JUPYTERLAB_SETTINGS_DIR",
            "IPYTHONDIR",
        )
    }
    (home / "work").mkdir()
    notifications = home / "jupyterlab_settings_dir/@jupyterlab/apputils-extension"
    notifications.mkdir(parents=True)
    (notifications / "notification.jupyterlab-settings").write_text(
        '{"fetchNews": "false", "checkForUpdates": false}'
    )
    log = (home / "log").open("w")
    command = [sys.executable, "-m", module, "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    options = [f"--port={port}", f"--IdentityProvider.token={token}", "--ServerApp.port_retries=0"]
    server = subprocess.Popen(
        [*command, *options, f"--ServerApp.root_dir={home / 'work'}"],
        env={**os.environ, **folders, "CUBISTLIB_HOME": str(home)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    url = f"http://127.0.0.1:{port}"
    _wait(f"{url}/api?token={token}", server, home / "log")
    yield Lab(url, token, home / "work")
    server.terminate()
    server.wait(timeout=20)
    log.close()


def _wait(url: str, server: subprocess.Popen, log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"Jupyter did not start: {log.read_text()[-2000:]}")
