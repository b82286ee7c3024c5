"""The barest WSGI application, served as philos is: the floor of a page."""

from collections.abc import Callable, Iterable

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from webapp.commands.serving import LOOPBACK, THREADS

PORT = 8199


def hello(_environ: object, start: Callable[..., object]) -> Iterable[bytes]:
    """Answer as the barest WSGI application does."""
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


if __name__ == "__main__":
    Granian(
        "tests.bench.bare:hello",
        LOOPBACK,
        PORT,
        interface=Interfaces.WSGI,
        workers=2,
        blocking_threads=THREADS,
        log_level=LogLevels.error,
    ).serve()
