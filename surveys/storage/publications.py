"""What is published and never changes: the links of printed codes, the versions of surveys."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from surveys.definition import Instrument, from_json
from surveys.links import LinkError, Target
from surveys.storage.database import Database, matching
from surveys.storage.schema import links, versions


class Publications(Database):
    """The published links and versions, each read once."""

    def __init__(self, url: str, secret: bytes) -> None:
        super().__init__(url, secret)
        self._instruments: dict[str, Instrument] = {}
        self._targets: dict[str, Target] = {}

    def publish(
        self, targets: Iterable[Target], instruments: Iterable[Instrument], day: date
    ) -> None:
        """Make links and survey versions known for ever.

        Raise LinkError where a code was published for something else; then nothing is published.
        """
        with self._write() as connection:
            for instrument in instruments:
                row = {
                    "version": instrument.version,
                    "survey": instrument.id,
                    "definition": instrument.to_json(),
                    "published": day,
                }
                connection.execute(self._insert(versions).on_conflict_do_nothing(), row)
            known = {row.code: row for row in connection.execute(sa.select(links))}
            fresh = []
            for target in targets:
                if target.code not in known:
                    fresh.append(_link(target))
                elif _target(known[target.code]) != target:
                    raise LinkError(
                        f"The code {target.code} is already published for "
                        f"{_target(known[target.code])}; a printed code is never given away."
                    )
            if fresh:
                connection.execute(sa.insert(links), fresh)

    def target(self, code: str) -> Target | None:
        """Return what a published code stands for, for ever; so it is read once."""
        if code not in self._targets:
            with self._read() as connection:
                row = connection.execute(sa.select(links).where(links.c.code == code)).first()
            if row is None:
                return None
            self._targets[code] = _target(row)
        return self._targets[code]

    def sibling(self, target: Target, survey: str, language: str) -> Target | None:
        """Return a sheet at the same place that opens another survey, in a language if it can.

        One that many have in hand goes before a copy with a code of its own.
        """
        same = matching(links, campaign=target.campaign, place=target.place, survey=survey)
        wanted = (
            sa.select(links)
            .where(*same)
            .order_by(links.c.serial > 0, links.c.language != language, links.c.code)
            .limit(1)
        )
        with self._read() as connection:
            row = connection.execute(wanted).first()
        return _target(row) if row else None

    def targets(self, codes: Iterable[str]) -> list[Target]:
        """Return what those of some codes stand for that are published, in the order of codes."""
        wanted = sa.select(links).where(links.c.code.in_(list(codes))).order_by(links.c.code)
        with self._read() as connection:
            return [_target(row) for row in connection.execute(wanted)]

    def versions(self, *surveys: str) -> list[Instrument]:
        """Return every published version of some surveys."""
        wanted = sa.select(versions.c.version).where(versions.c.survey.in_(surveys))
        with self._read() as connection:
            found = connection.execute(wanted).scalars().all()
        return [self.instrument(version) for version in found]

    def instrument(self, version: str) -> Instrument:
        """Return a published version of a survey; raise KeyError for one that is not."""
        if version not in self._instruments:
            wanted = sa.select(versions.c.definition).where(versions.c.version == version)
            with self._read() as connection:
                found = connection.execute(wanted).scalar()
            if found is None:
                raise KeyError(version)
            self._instruments[version] = from_json(found)
        return self._instruments[version]


def _link(target: Target) -> dict[str, object]:
    return {"code": target.code} | vars(target)


def _target(row: sa.Row[Any]) -> Target:
    return Target(**{name: getattr(row, name) for name in Target.__dataclass_fields__})
