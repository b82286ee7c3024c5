"""Questions: the page of one, kept for all who see the same, and the answer to it, saved.

Most of what residents ask for is one of the two. Neither knows Flask, so that both are there for
the views in ``webapp.respond`` and for the short way past them, ``webapp.shortcut``.
"""

from dataclasses import dataclass, replace

from surveys.answers import Way, order
from surveys.definition import ANSWERED, Item
from surveys.recordings import Recording
from surveys.storage import Context
from webapp.compressed import Compressed
from webapp.fairplay import beginning
from webapp.forms import Said
from webapp.service import Service
from webapp.visits import Visit


@dataclass(frozen=True)
class Question:
    """An item as the respondent of a visit meets it; ``recording`` is how it is read aloud."""

    visit: Visit
    item: Item
    recording: Recording | None

    @property
    def arrangement(self) -> int:
        """Return the number of the order of its options."""
        return order(self.item, self.visit.token)

    @property
    def progress(self) -> tuple[int, int]:
        """Return the number of the item, from 1, and how many this respondent is asked."""
        return self.visit.way.progress(self.item)

    @property
    def preceding(self) -> Item | None:
        """Return the item that was asked before."""
        return self.visit.way.preceding(self.item)

    @property
    def anybody(self) -> Visit:
        """Return the visit with gaps for code and token, as in a page that is kept."""
        return replace(self.visit, code=("._" * 9)[: len(self.visit.code)], token="-_" * 11)

    @property
    def key(self) -> tuple[object, ...]:
        """Return all that the page depends on beside code and token."""
        visit, item, before = self.visit, self.item, self.preceding
        seen = (visit.instrument.version, item.id, visit.row.tag, visit.answers.get(item.id))
        around = (visit.target.place, len(visit.code), *self.progress, before and before.id)
        return (*seen, self.arrangement, *around, self.recording)

    def filled(self, page: Compressed, *, packed: bool) -> bytes:
        """Return the page with her code and token, as gzip where it is ``packed``."""
        filling = {"code": self.visit.code.encode(), "token": self.visit.token.encode()}
        return page.gzip(filling) if packed else page.html(filling)


def question(serving: Service, visit: Visit, item: Item) -> Question:
    """Return an item as a visit meets it, read aloud if it is as the campaign has it now."""
    recording = serving.recordings.get((visit.row.tag, item.id))
    now = serving.campaign.instruments[visit.target.survey].items.get(item.id)
    return Question(visit, item, recording if now == item else None)


def save(serving: Service, visit: Visit, item: Item, said: Said, address: str | None) -> str:
    """Save what was said to an item; return where the respondent goes on.

    ``address`` is that of her network. Raise OtherVersionError where she began with another
    version of the survey, TooManyRequests where too many have begun.
    """
    moment, target = serving.moment, visit.target
    wave = serving.campaign.wave_on(moment.date())
    assert wave
    given, written = (ANSWERED, {item.id: said}) if isinstance(said, str) else (said, {})
    context = Context(
        target=target,
        version=visit.instrument.version,
        wave=wave.id,
        language=visit.row.tag,
        moment=moment,
        daylight=serving.daylight(moment),
    )
    with beginning(serving, target, visit.token, address) as begins:
        saved = serving.storage.save(visit.token, context, {item.id: given}, written)
        begins.true = saved.begun
    if not visit.is_long:
        return visit.address("done", tapped=serving.tokens.tapped(visit.token))
    after = Way(visit.instrument, saved.answers).pending(item)
    return visit.address(after.id if after else "answers")
