"""Debian's Chromium, and philos as it is really served."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PHILOS = Path(sys.prefix) / "bin" / "philos"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser of the system, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        yield browser
        browser.close()


@contextmanager
def served(folder: Path, *options: str, database: str | None = None) -> Iterator[str]:
    """Serve a campaign in a process of its own; yield its address."""
    with serving(folder, *options, database=database) as (base, _):
        yield base


@contextmanager
def serving(
    folder: Path, *options: str, database: str | None = None
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Serve a campaign in a process of its own; yield its address and the process."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = folder.parent / "serve.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            [PHILOS, "serve", folder, "--port", str(port), *options],
            stdout=file,
            stderr=subprocess.STDOUT,
            env=_environment(database),
            start_new_session=True,  # so that a test can kill it with all its workers
        )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(server, base, log)
        yield base, server
    finally:
        server.terminate()
        server.wait(timeout=30)


def _environment(database: str | None) -> dict[str, str]:
    known = {key: value for key, value in os.environ.items() if key != "PHILOS_DATABASE_URL"}
    return known | ({"PHILOS_DATABASE_URL": database} if database else {})


def _wait(server: "subprocess.Popen[bytes]", base: str, log: Path) -> None:
    """Return when the server answers; each try waits for it by itself."""
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(base, timeout=5).close()
        except urllib.error.URLError:
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
        else:
            return
    raise AssertionError(log.read_text())
