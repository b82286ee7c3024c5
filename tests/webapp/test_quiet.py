import pytest
from flask.testing import FlaskClient

from tests.webapp.conftest import code, token

TOKEN = token(code("de"))


def test_the_log_of_a_fault_says_where_it_is_and_not_for_whom(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_item: object, posted: dict[str, str]) -> None:
        try:
            dict[str, str]()[posted["answer"]]
        except KeyError as error:
            raise ValueError(f"{TOKEN} said {posted['answer']}") from error

    monkeypatch.setattr("webapp.respond.read_answer", fail)
    page = client.post(
        f"/{code('de')}/de/{TOKEN}/rel?telltale=1",
        data={"answer": "a-secret-word"},
        headers={"User-Agent": "Telltale/9.9"},
    )
    assert page.status_code == 500
    log = caplog.text
    assert "respond.answer failed" in log
    assert "KeyError" in log
    assert "ValueError" in log
    assert "test_quiet.py" in log
    for secret in (TOKEN, "a-secret-word", "Telltale", "telltale", code("de"), "127.0.0.1"):
        assert secret not in log
