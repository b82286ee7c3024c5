"""Made-up answers for a trial. They go into a database of their own, and every page says so."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random

from materials.campaign import Campaign
from materials.waves import Wave
from surveys import release
from surveys.conditions import Answer
from surveys.definition import SKIPPED, Instrument, Item
from surveys.links import Target
from surveys.storage import Context, Storage
from webapp.comparing import closed_waves, release_wave

FEW, MANY = 6, (40, 80)  # respondents of a place in a wave; the last place shows what is hidden
STEEP = 1.5  # how much more answers the first sheets of a place bring than the last


def fill(storage: Storage, campaign: Campaign, targets: Iterable[Target], today: date) -> int:
    """Store made-up answers to the campaign's own survey in every wave so far; return how many.

    They are the same at every call, and stored under the same tokens: a second call adds nothing.
    The results of the waves that are closed are released.
    """
    draw = Random(campaign.id)  # noqa: S311  nothing secret is drawn
    asked = campaign.instruments[campaign.survey]
    links = [target for target in targets if target.survey == campaign.survey]
    number = 0
    for wave in (wave for wave in campaign.waves if wave.opens <= today):
        for index, place in enumerate(campaign.places):
            here = [link for link in links if link.place == place.id]
            weights = [(rank + 1) ** -STEEP for rank in range(len(here))]
            last = index == len(campaign.places) - 1
            for _ in range(FEW if last else draw.randint(*MANY)):
                if here:
                    (link,) = draw.choices(here, weights)
                    context = _context(draw, wave, link, asked, today)
                    storage.save(f"demo-{number}", context, _answers(draw, asked, index))
                    number += 1
    known = [release.from_json(each) for each in storage.releases(campaign.id).values()]
    for closed in closed_waves(campaign, known, today):
        release_wave(storage, campaign, closed, today)
    return number


def _context(draw: Random, wave: Wave, link: Target, asked: Instrument, today: date) -> Context:
    days = (min(wave.closes, today) - wave.opens).days
    day = wave.opens + timedelta(days=draw.randint(0, days))
    return Context(
        target=link,
        version=asked.version,
        wave=wave.id,
        language=link.language,
        moment=datetime.combine(day, time(draw.randint(8, 21))),
    )


def _answers(draw: Random, asked: Instrument, place: int) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for item in asked.items.values():
        if item.question.condition is None or item.question.condition.holds(answers):
            answers[item.id] = _answer(draw, item, place)
    return answers


def _answer(draw: Random, item: Item, place: int) -> Answer:
    """Return a code; the first places of the campaign get more adverse answers."""
    if draw.random() < 0.08 or not item.scale.choices:  # noqa: PLR2004  a share that is usual
        return draw.choice([SKIPPED, *(option.code for option in item.aside)])
    codes = [option.code for option in item.scale.choices]
    weights = [3.0 if code not in item.scale.adverse else 4.0 - place for code in codes]
    (code,) = draw.choices(codes, [max(weight, 0.8) for weight in weights])
    return (code,) if item.question.form.several else code
