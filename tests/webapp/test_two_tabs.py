"""One respondent in two tabs: whatever she does, the last valid word on each item stays."""

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.conditions import Answer
from surveys.storage import Storage
from tests.kept import kept, recounted
from tests.webapp.conftest import CAMPAIGN, LANGUAGES, code, token


def path(language: str, letter: str) -> str:
    return f"/{code('de')}/{language}/{token(code('de'), letter)}"


# What a respondent does, step by step: in which tab, and what. An answer is a code or "skip".
ITEMS = ["rel", "day", "dark", "syringe", "syringe-call", "age"]
WORDS = {"1": 1, "2": 2, "99": 99, "skip": -2}
STEP = st.one_of(
    st.tuples(st.just("answer"), st.integers(0, 1), st.sampled_from(sorted(WORDS))),
    st.tuples(st.just("double"), st.integers(0, 1), st.sampled_from(sorted(WORDS))),
    st.tuples(st.just("wrong"), st.integers(0, 1), st.sampled_from(["", "77", "２", "2\x00"])),
    st.tuples(st.just("open"), st.integers(0, 1), st.sampled_from(ITEMS)),
    st.tuples(st.just("language"), st.integers(0, 1), st.sampled_from(LANGUAGES)),
    st.tuples(st.just("replay"), st.integers(0, 99), st.just("")),
    st.tuples(st.just("elsewhere"), st.integers(0, 1), st.just("1")),
)


class Respondent:
    """Two tabs of one respondent, and the last valid word on each item."""

    def __init__(self, client: FlaskClient, letter: str) -> None:
        self.client, self.letter = client, letter
        self.tabs = [f"{path('de', letter)}/rel"] * 2
        self.posts: list[tuple[str, str]] = []
        self.said: dict[str, Answer] = {}

    def post(self, address: str, word: str) -> str:
        """Post a valid word on the item of an address; return where it leads."""
        data = {"skip": "1"} if word == "skip" else {"answer": word}
        answer = self.client.post(address, data=data)
        assert answer.status_code == 303
        self.said[address.rsplit("/", 1)[1]] = WORDS[word]
        self.posts.append((address, word))
        return str(answer.location)

    def step(self, what: str, which: int, detail: str) -> None:
        """Take a step."""
        if what == "replay":
            if self.posts:
                self.post(*self.posts[which % len(self.posts)])
            return
        here = self.tabs[which]
        if what in {"answer", "double"}:
            self._answer(which, detail, times=1 if what == "answer" else 2)
        elif what == "wrong":
            assert self.client.post(here, data={"answer": detail}).status_code == 422
        elif what == "elsewhere":
            headers = {"Sec-Fetch-Site": "cross-site"}
            answer = self.client.post(here, data={"answer": detail}, headers=headers)
            assert answer.status_code == 403
        elif what == "open":
            self.tabs[which] = f"{here.rsplit('/', 1)[0]}/{detail}"
        else:
            parts = here.split("/")
            self.tabs[which] = "/".join([*parts[:2], detail, *parts[3:]])

    def _answer(self, which: int, word: str, times: int) -> None:
        here = self.tabs[which]
        for _ in range(times):
            after = self.post(here, word)
        if after.rsplit("/", 1)[1] in ITEMS:
            self.tabs[which] = after


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(first=st.lists(STEP, max_size=15), second=st.lists(STEP, max_size=15))
def test_whatever_two_tabs_do_the_last_valid_word_on_each_item_stays(
    client: FlaskClient,
    storage: Storage,
    first: list[tuple[str, int, str]],
    second: list[tuple[str, int, str]],
) -> None:
    for letter in "AB":
        storage.forget(CAMPAIGN, token(code("de"), letter))
    both = [Respondent(client, letter) for letter in "AB"]
    for respondent, steps in zip(both, (first, second), strict=True):
        for step in steps:
            respondent.step(*step)
        given_answers = storage.response(CAMPAIGN, token(code("de"), respondent.letter))
        assert (given_answers.answers if given_answers else {}) == respondent.said
    assert kept(storage) == recounted(storage)
