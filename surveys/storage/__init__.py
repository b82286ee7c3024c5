"""Storage: the one package with SQL. SQLite by default, PostgreSQL by URL.

A response is one row under a random key: the campaign and a keyed hash of the respondent's token.
No sequence, no row number, no time finer than four hours: the order of the answers cannot be read
back. How often each answer was given is kept beside the responses in the same transaction, so
that a comparison reads counts and never responses.
"""

from surveys.storage.accounts import Accounts
from surveys.storage.counts import Counts
from surveys.storage.database import StorageError
from surveys.storage.responses import Context, Response, Responses
from surveys.storage.retention import Outdated, Retention
from surveys.storage.schema import BAND, HELD, NO_BAND, RELEASED, SCHEMA, Dimension
from surveys.storage.texts import Texts, Written

__all__ = [
    "BAND",
    "HELD",
    "NO_BAND",
    "RELEASED",
    "SCHEMA",
    "Context",
    "Dimension",
    "Outdated",
    "Response",
    "Storage",
    "StorageError",
    "Written",
]


class Storage(Responses, Texts, Retention, Counts, Accounts):
    """A database of answers. ``secret`` keys the hash under which a token is stored."""
