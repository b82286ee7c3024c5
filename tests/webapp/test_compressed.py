import gzip

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from webapp.compressed import Compressed

TOKEN, CODE = "-_" * 11, "._._._"
GAPS = {"token": TOKEN, "code": CODE}
PIECES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from([TOKEN, CODE, '<a href="/', "Wie sicher fühlen Sie sich? " * 9]),
    ),
    max_size=30,
).map("".join)


@given(PIECES, st.binary(min_size=22, max_size=22), st.binary(min_size=6, max_size=6))
def test_what_is_spliced_in_is_read_as_if_it_had_been_there(
    html: str, token: bytes, code: bytes
) -> None:
    plain = html.encode()
    assume(plain.count(b"._._._._") == 0)
    page = Compressed(html, GAPS)
    filling = {"token": token, "code": code}
    whole = page.html(filling)
    assert gzip.decompress(page.gzip(filling)) == whole
    assert len(whole) == len(plain)
    assert page.html({"token": TOKEN.encode(), "code": CODE.encode()}) == plain


def test_one_page_serves_many_fillings() -> None:
    page = Compressed(f"<a href='/{CODE}/de/{TOKEN}'>{TOKEN}</a>", GAPS)
    for letter in (b"A", b"B"):
        filling = {"token": letter * 22, "code": letter * 6}
        assert gzip.decompress(page.gzip(filling)) == page.html(filling)
        assert page.html(filling).count(letter) == 50


def test_gaps_hardly_cost_any_compression() -> None:
    links = "".join(f'<a href="/{CODE}/{tag}/{TOKEN}/rel">{tag}</a>' for tag in "abcdefgh")
    html = "<p>Wie sicher fühlen Sie sich?</p>" * 30 + links
    page = Compressed(html, GAPS)
    spliced = page.gzip({"token": TOKEN.encode(), "code": CODE.encode()})
    assert len(spliced) < len(gzip.compress(html.encode(), 9)) + 8 * (22 + 6 + 2 * 16)


@pytest.mark.parametrize("html", ["", TOKEN, f"{TOKEN}{TOKEN}{CODE}", "ohne Lücke"])
def test_a_page_may_be_all_gap_or_none(html: str) -> None:
    page = Compressed(html, GAPS)
    filling = {"token": b"t" * 22, "code": b"c" * 6}
    assert gzip.decompress(page.gzip(filling)) == page.html(filling)
