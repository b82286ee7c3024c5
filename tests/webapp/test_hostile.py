"""Bodies, headers and addresses that no browser sends: refused in a page, and nothing is stored."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from materials.example import write_example
from surveys.storage import Storage
from tests.browser import served
from tests.kept import kept, recounted
from tests.webapp.conftest import CAMPAIGN, SECRET, code, token
from webapp.config import settings as read_settings

FORM = "application/x-www-form-urlencoded"
SURROGATE = "\ud800".encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Case:
    """A body, its type, and the status that answers it."""

    name: str
    body: bytes
    status: int
    kind: str = FORM


MULTIPART = b'--x\r\nContent-Disposition: form-data; name="answer"\r\n\r\n2\r\n--x--\r\n'
CASES = [
    Case("nothing", b"", 422),
    Case("NUL", b"answer=2%00", 422),
    Case("a raw NUL", b"answer=2\x00", 422),
    Case("NUL in the key", b"answer%00=2", 422),
    Case("the key twice", b"answer=2&answer=3", 422),
    Case("the same twice", b"answer=2&answer=2", 422),
    Case("a key with brackets", b"answer[]=2", 422),
    Case("a lone surrogate", b"answer=%ED%A0%80", 422),
    Case("a raw lone surrogate", b"answer=" + SURROGATE, 422),
    Case("full-width digits", "answer=２".encode(), 422),
    Case("Arabic digits", "answer=٢".encode(), 422),
    Case("a digit with a combining mark", "answer=2̈".encode(), 422),
    Case("a right-to-left override", "answer=\u202e2".encode(), 422),
    Case("overlong UTF-8", b"answer=%C0%B2", 422),
    Case("no UTF-8", b"answer=%FF%FE2", 422),
    Case("Latin-1", "answer=²".encode("latin-1"), 422),
    Case("UTF-7", b"answer=+ADI-", 422),
    Case("UTF-16", "answer=2".encode("utf-16"), 422),
    Case("a byte order mark", b"\xef\xbb\xbfanswer=2", 422),
    Case("UTF-7 that is named", b"answer=2", 415, f"{FORM}; charset=utf-7"),
    Case("UTF-16 that is named", "answer=2".encode("utf-16"), 415, f"{FORM}; charset=utf-16"),
    Case("Latin-1 that is named", b"answer=2", 415, f'{FORM}; charset="ISO-8859-1"'),
    Case("an encoding that is none", b"answer=2", 415, f"{FORM}; charset=x-banana"),
    Case("multipart", MULTIPART, 415, "multipart/form-data; boundary=x"),
    Case("multipart without its boundary", MULTIPART, 415, "multipart/form-data"),
    Case("JSON", b'{"answer": 2}', 415, "application/json"),
    Case("JSON as a form", b'{"answer": 2}', 422),
    Case("XML", b"<answer>2</answer>", 415, "text/xml"),
    Case("plain text", b"answer=2", 415, "text/plain"),
    Case("a type that is none", b"answer=2", 422, ";;;"),
    Case("a thousand fields", b"answer=2&" + b"&".join(b"a%d=1" % n for n in range(999)), 413),
    Case("a thousand answers", b"&".join([b"answer=2"] * 1_000), 413),
    Case("a long number", b"answer=" + b"9" * 15_000, 422),
    Case("a negative code", b"answer=-2", 422),
    Case("a number in another form", b"answer=2e0", 422),
    Case("too long", b"answer=2&x=" + b"y" * 20_000, 413),
    Case("an injection", b"answer=2'%20OR%20'1'='1", 422),
    Case("a template", b"answer={{7*7}}", 422),
    Case("a format", b"answer=%25s%25n", 422),
    Case("a line break", b"answer=2%0D%0ASet-Cookie:%20x=y", 422),
]


def path(language: str = "de", letter: str = "A") -> str:
    return f"/{code('de')}/{language}/{token(code('de'), letter)}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_body_is_refused_in_a_page_and_nothing_of_it_is_stored(
    client: FlaskClient, storage: Storage, case: Case
) -> None:
    client.post(f"{path('tr')}/day", data={"answer": "1"})
    before = storage.response(CAMPAIGN, token(code("de")))
    page = client.post(f"{path('tr')}/rel", data=case.body, content_type=case.kind)
    assert page.status_code == case.status
    assert '<html lang="tr"' in page.text
    assert "<h1" in page.text
    assert "Traceback" not in page.text
    assert "Set-Cookie" not in page.headers
    assert storage.response(CAMPAIGN, token(code("de"))) == before
    assert kept(storage) == recounted(storage)
    assert client.post(f"{path('tr')}/rel", data={"answer": "2"}).status_code == 303


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(body=st.binary(max_size=200) | st.binary(max_size=60).map(lambda raw: b"answer=" + raw))
def test_no_body_at_all_brings_a_fault_or_an_answer_that_is_not_offered(
    client: FlaskClient, storage: Storage, body: bytes
) -> None:
    page = client.post(f"{path()}/rel", data=body, content_type=FORM)
    assert page.status_code in {303, 413, 422}
    given_answers = storage.response(CAMPAIGN, token(code("de")))
    if given_answers is not None:
        assert set(given_answers.answers) == {"rel"}
        assert given_answers.answers["rel"] in {1, 2, 3, 4, 5, 6, 99, -2}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-HTTP-Method-Override": "DELETE"},
        {"X-Forwarded-For": "\x01'; DROP TABLE responses"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "javascript"},
        {"X-Original-URL": "/staff/results"},
        {"Forwarded": "for=1.2.3.4;host=evil.example"},
        {"Accept-Language": "de;q=" + "9" * 4_000},
        {"Accept-Language": ",".join(["xx-" + "y" * 8] * 1_000)},
        {"Accept-Encoding": "gzip;q=banana, *;q=-1"},
        {"Cookie": "__Host-philos=forged; session=x"},
        {"Range": "bytes=0-1,2-3,-9"},
        {"If-None-Match": "*"},
        {"Expect": "200-maybe"},
        {"Content-Encoding": "gzip"},
    ],
)
def test_a_header_changes_nothing_about_what_is_stored(
    client: FlaskClient, storage: Storage, headers: dict[str, str]
) -> None:
    answer = client.post(f"{path()}/rel", data={"answer": "2"}, headers=headers)
    assert (answer.status_code, answer.location) == (303, f"{path()}/day")
    page = client.get(f"{path()}/rel", headers=headers)
    assert page.status_code == 200
    assert "evil" not in page.get_data(as_text=True)
    assert sum(recounted(storage).values()) == 1


@pytest.mark.parametrize("host", ["evil.example", "a b", "<script>", "x" * 5_000, "[::1", "a:b:c"])
def test_a_forged_host_leads_nobody_elsewhere(client: FlaskClient, host: str) -> None:
    answer = client.post(f"{path()}/rel", data={"answer": "2"}, headers={"Host": host})
    assert answer.status_code in {303, 400}
    assert "Traceback" not in answer.text
    assert (answer.location or "/").startswith("/")
    assert "<script" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW"])
def test_a_method_that_is_not_ours_is_refused_in_a_page(
    client: FlaskClient, storage: Storage, method: str
) -> None:
    page = client.open(f"{path()}/rel", method=method, data={"answer": "2"})
    assert page.status_code == 405
    assert "POST" in page.headers["Allow"]
    assert "<h1" in page.text
    assert recounted(storage) == {}


@pytest.mark.parametrize(
    "tricky",
    [
        "/{path}/rel/",
        "/{path}/%72el%00",
        "/{path}/rel%2f..%2fday",
        "/{path}/REL",
        "/{path}/rel;x=1",
        "/{path}/..;/rel",
        "/{path}/%2e%2e/rel",
        "/{path}/%ED%A0%80",
        "/{path}/%FF",
        "/{path}/" + "r" * 5_000,
        "/{path}/rel%0d%0aSet-Cookie:%20x=y",
        "/{path}/__class__",
        "/{path}/%7B%7B7*7%7D%7D",
    ],
)
def test_a_path_that_is_not_ours_leads_nowhere(
    client: FlaskClient, storage: Storage, tricky: str
) -> None:
    address = tricky.replace("/{path}", path())
    for page in (client.get(address), client.post(address, data={"answer": "2"})):
        assert page.status_code == 404
        assert "<h1" in page.text
        assert "Set-Cookie" not in page.headers
    assert recounted(storage) == {}


class Connection:
    """A connection to the real server, spoken to in bytes."""

    def __init__(self, base: str) -> None:
        self.host = urlsplit(base).netloc
        name, _, port = self.host.partition(":")
        self.socket = socket.create_connection((name, int(port)), timeout=20)
        self.file = self.socket.makefile("rb")

    def send(self, method: str, address: str, body: bytes, *headers: str) -> tuple[int, str]:
        """Send a request; return status and page."""
        lines = [f"{method} {address} HTTP/1.1", f"Host: {self.host}", *headers]
        if not any(line.startswith("Transfer-Encoding") for line in headers):
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode("latin-1")
        with suppress(BrokenPipeError, ConnectionResetError):  # it may answer and not read on
            self.socket.sendall(head + b"\r\n\r\n" + body)
        return self.answer()

    def answer(self) -> tuple[int, str]:
        """Return status and page of the next answer."""
        status = int(self.file.readline().split()[1])
        headers = dict(self._headers())
        return status, self.file.read(int(headers.get("content-length", 0))).decode()

    def _headers(self) -> Iterator[tuple[str, str]]:
        while line := self.file.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            yield name.lower(), value.strip()

    def close(self) -> None:
        """Hang up."""
        self.file.close()
        self.socket.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Storage]]:
    """The real server of the example, in the wave that is open today, and its database."""
    folder = tmp_path_factory.mktemp("served") / "east"
    write_example(folder, date.today())  # noqa: DTZ011
    (folder / "instance").mkdir(mode=0o700)
    (folder / "instance" / "secret").write_text(SECRET.hex(), "ascii")
    with served(folder) as base:
        found = read_settings(folder, environ={})
        storage = Storage(found.database_url, found.secret)
        yield base, storage
        storage.close()


class Stranger(BaseHTTPRequestHandler):
    """A page of somebody else, with a form that answers in its visitor's name."""

    target = ""

    def do_GET(self) -> None:
        form = (
            f'<form method="post" action="{self.target}"><button name="answer" value="2">x</button>'
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(form.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def stranger(target: str) -> Iterator[str]:
    """Serve a page with a form that posts to an address of ours; yield its own address."""
    handler = type("Handler", (Stranger,), {"target": target})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{other.server_port}/"
        other.shutdown()


@pytest.mark.parametrize("site", ["same-site", "cross-site", "a page without an origin"])
def test_in_a_browser_a_form_on_another_page_cannot_answer_and_ours_can(
    server: tuple[str, Storage], browser: Browser, site: str
) -> None:
    base, storage = server
    with (
        stranger(f"{base}{path()}/rel") as other,
        browser.new_context(java_script_enabled=False) as context,
    ):
        page = context.new_page()
        page.goto(other if site == "same-site" else other.replace("127.0.0.1", "localhost"))
        if site == "a page without an origin":
            page.goto("data:text/html," + quote(page.content()))
        with page.expect_response(f"**{path()}/rel") as answer:
            page.click("button")
        assert answer.value.status == 403
        assert recounted(storage) == {}
        page.goto(f"{base}{path()}/rel")
        page.click("label.choice")
        with page.expect_navigation():
            page.click("button.next")
        assert page.url == f"{base}{path()}/day"
        assert sum(recounted(storage).values()) == 1
    storage.forget(CAMPAIGN, token(code("de")))


def as_header(case: Case) -> str:
    return f"Content-Type: {case.kind}"


def test_the_real_server_refuses_every_hostile_body_and_goes_on(
    server: tuple[str, Storage],
) -> None:
    base, storage = server
    connection = Connection(base)
    for case in CASES:
        status, page = connection.send("POST", f"{path('tr')}/rel", case.body, as_header(case))
        assert (case.name, status) == (case.name, case.status)
        assert '<html lang="tr"' in page
    assert storage.response(CAMPAIGN, token(code("de"))) is None
    status, _ = connection.send("POST", f"{path('tr')}/rel", b"answer=2", f"Content-Type: {FORM}")
    assert status == 303
    connection.close()
    storage.forget(CAMPAIGN, token(code("de")))


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x", "application/json"])
def test_ten_megabytes_are_refused_and_others_are_served(
    server: tuple[str, Storage], kind: str
) -> None:
    base, storage = server
    other = Connection(base)
    large = Connection(base)
    body = b"answer=2&x=" + b"y" * 10_000_000
    status, page = large.send("POST", f"{path('ar')}/rel", body, f"Content-Type: {kind}")
    assert status in {413, 415}
    assert '<html lang="ar"' in page
    large.close()
    assert other.send("GET", f"{path('ar')}/rel", b"")[0] == 200
    other.close()
    assert recounted(storage) == {}


def test_a_body_in_chunks_that_tells_no_length_is_refused(server: tuple[str, Storage]) -> None:
    base, storage = server
    for body in (b"answer=2", b"answer=2&x=" + b"y" * 100_000):
        connection = Connection(base)
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        headers = (f"Content-Type: {FORM}", "Transfer-Encoding: chunked")
        status, page = connection.send("POST", f"{path('ru')}/rel", chunked, *headers)
        assert status == 411
        assert '<html lang="ru"' in page
        connection.close()
        after = Connection(base)
        assert after.send("GET", f"{path('ru')}/rel", b"")[0] == 200
        after.close()
    assert recounted(storage) == {}


@pytest.mark.parametrize(
    "raw",
    [
        b"POST {path}/rel HTTP/1.0\r\nContent-Length: 8\r\nContent-Length: 9\r\n\r\nanswer=2",
        b"POST {path}/rel HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nanswer=2",
        b"POST {path}/rel HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nanswer=2",
        b"POST {path}/rel HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nanswer=2",
        b"POST {path}/rel\r\n\r\nanswer=2",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"b" * 2_000_000 + b"\r\n\r\n",
        b"GET {path}/rel HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\x00\r\n\r\n",
    ],
    ids=range(9),
)
def test_what_is_no_request_stores_nothing_and_the_server_goes_on(
    server: tuple[str, Storage], raw: bytes
) -> None:
    base, storage = server
    broken = Connection(base)
    with suppress(OSError):  # it may hang up
        broken.socket.sendall(raw.replace(b"{path}", path().encode()))
        broken.socket.shutdown(socket.SHUT_WR)
        while broken.socket.recv(65_536):
            pass
    broken.close()
    after = Connection(base)
    assert after.send("GET", f"{path()}/rel", b"")[0] == 200
    after.close()
    assert recounted(storage) == {}
