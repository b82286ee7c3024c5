"""Releases: the results of closed waves, as they were released."""

import sqlalchemy as sa

from surveys.storage.database import Database, matching
from surveys.storage.schema import releases


class Releases(Database):
    """One document a wave. What is written later changes none of them."""

    def put_release(self, campaign: str, wave: str, document: str) -> None:
        """Keep the results of a wave, in the place of those that were released before."""
        insert = self._insert(releases)
        key = [column.name for column in releases.primary_key]
        renewed = insert.on_conflict_do_update(
            index_elements=key, set_={"document": insert.excluded.document}
        )
        with self._write() as connection:
            connection.execute(renewed, {"campaign": campaign, "wave": wave, "document": document})

    def releases(self, campaign: str) -> dict[str, str]:
        """Return the documents of a campaign by their waves."""
        wanted = sa.select(releases.c.wave, releases.c.document)
        with self._read() as connection:
            rows = connection.execute(wanted.where(*matching(releases, campaign=campaign)))
            return {row.wave: row.document for row in rows}

    def released_waves(self, campaign: str) -> set[str]:
        """Return the waves of a campaign whose results are released."""
        wanted = sa.select(releases.c.wave).where(*matching(releases, campaign=campaign))
        with self._read() as connection:
            return set(connection.execute(wanted).scalars())
