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
def served(folder: Path, *options: str, **environ: str) -> Iterator[str]:
    """Serve a campaign in a process of its own; yield its address."""
    with serving(folder, *options, **environ) as (base, _):
        yield base


@contextmanager
def serving(
    folder: Path, *options: str, **environ: str
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
            env={key: os.environ[key] for key in os.environ.keys() - {"PHILOS_DATABASE_URL"}}
            | environ,
            start_new_session=True,  # so that a test can kill it with all its workers
        )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(server, base, log)
        yield base, server
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(server: "subprocess.Popen[bytes]", base: str, log: Path | None = None) -> None:
    """Return when the server answers; each try waits for it by itself."""
    for _ in range(600):
        assert server.poll() is None, log and log.read_text()
        try:
            urllib.request.urlopen(base, timeout=5).close()
        except urllib.error.URLError:
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
        else:
            return
    raise AssertionError(log and log.read_text())
