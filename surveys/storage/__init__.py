"""Storage: the one package with SQL. SQLite by default, PostgreSQL by URL.

A response is one row under a random key: the campaign and a keyed hash of the respondent's token.
No sequence, no row number, no time finer than four hours: the order of the answers cannot be read
back. How often each answer was given is kept beside the responses in the same transaction, and
the results of a wave are released from these counts: a comparison reads what was released.
"""

from surveys.storage.account_schema import LONGEST_NAME
from surveys.storage.accounts import Account, Accounts
from surveys.storage.api_tokens import ApiToken, ApiTokens
from surveys.storage.counts import Counted, Counts, Kept
from surveys.storage.database import StorageError
from surveys.storage.factors import Factors, Passkey
from surveys.storage.individuals import Individual, Individuals
from surveys.storage.journal import Entry, Journal
from surveys.storage.releases import Releases
from surveys.storage.responses import Context, OtherVersionError, Response, Responses
from surveys.storage.retention import Outdated, Retention
from surveys.storage.schema import HELD, NO_BAND, RELEASED, SCHEMA
from surveys.storage.sign_ins import SignIn, SignIns
from surveys.storage.texts import Texts, Written

__all__ = [
    "HELD",
    "LONGEST_NAME",
    "NO_BAND",
    "RELEASED",
    "SCHEMA",
    "Account",
    "ApiToken",
    "Context",
    "Counted",
    "Counts",
    "Entry",
    "Individual",
    "OtherVersionError",
    "Outdated",
    "Passkey",
    "Response",
    "SignIn",
    "Storage",
    "StorageError",
    "Written",
]


class Staff(Accounts, Factors, SignIns, ApiTokens, Journal):
    """Those who sign in, and what they did."""


KEPT_SINCE = "0004"  # crossings are kept beside the responses since this schema


class Storage(Responses, Texts, Retention, Kept, Releases, Individuals, Staff):
    """A database of answers. ``secret`` keys the hash under which a token is stored."""

    def upgrade(self) -> None:
        """Bring the schema to the newest version; to be run once, before any worker starts.

        What an older program has not kept beside the responses is counted.
        """
        before = self.revision()
        super().upgrade()
        if before and before < KEPT_SINCE:
            self.repair()
