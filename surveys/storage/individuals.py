"""Single answers for the one output that has them. No token, no day, no hour leaves with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from surveys.conditions import Answers
from surveys.storage.database import matching
from surveys.storage.kept import GROUPED
from surveys.storage.publications import Publications
from surveys.storage.responses import read_answers
from surveys.storage.schema import responses, versions

CHUNK = 5_000  # responses that are held at a time


@dataclass(frozen=True, kw_only=True)
class Individual:
    """What one respondent answered, and of her and her answers what groups are made of."""

    version: str
    wave: str
    place: str
    language: str
    topic: str
    format: str
    mode: str
    daylight: str
    answers: Answers


class Individuals(Publications):
    """The responses, for who may read them one by one."""

    def individuals(self, campaign: str, survey: str, waves: Sequence[str]) -> Iterator[Individual]:
        """Yield the responses to a survey in some waves, all of one moment.

        They come in the order of their random keys, and so in no order of time.
        """
        columns = [GROUPED.selected_columns[name] for name in Individual.__dataclass_fields__]
        of_survey = sa.select(versions.c.version).where(versions.c.survey == survey)
        wanted = (
            GROUPED.with_only_columns(*columns)
            .where(*matching(responses, campaign=campaign), responses.c.wave.in_(waves))
            .where(responses.c.version.in_(of_survey))
            .execution_options(yield_per=CHUNK)
        )
        with self._snapshot() as connection:
            for row in connection.execute(wanted):
                told = row._asdict()
                yield Individual(**told | {"answers": read_answers(told["answers"])})
