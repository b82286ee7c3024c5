"""Group commit: those who come while one transaction is written share the next one.

A commit waits for the disk, whatever is in it. So one of those who wait writes for all, and each
is told only after its own words are durable.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

Work = TypeVar("Work")
Outcome = TypeVar("Outcome")


@dataclass
class _Ticket(Generic[Work, Outcome]):
    work: Work
    outcome: Outcome | None = None
    error: BaseException | None = None
    served: bool = False
    called: Lock = field(default_factory=Lock)  # held until it is done, or to lead

    def __post_init__(self) -> None:
        self.called.acquire()


class GroupCommit(Generic[Work, Outcome]):
    """Writes what threads bring, together where it comes together.

    ``write`` writes some pieces of work in one transaction and returns what came of each; where
    it raises, nothing of it is stored. ``is_about_one`` tells an error that one piece of work
    has caused from one that would meet all of them.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Work]], Sequence[Outcome]],
        is_about_one: Callable[[Exception], bool],
    ) -> None:
        self._write, self._is_about_one = write, is_about_one
        self._waiting: deque[_Ticket[Work, Outcome]] = deque()
        self._door = Lock()  # to the queue; held for a moment only
        self._busy = False  # whether one of those who wait is writing

    def do(self, work: Work) -> Outcome:
        """Return what came of a piece of work, after it is durable; raise what went wrong."""
        ticket: _Ticket[Work, Outcome] = _Ticket(work)
        with self._door:
            self._waiting.append(ticket)
            leads, self._busy = not self._busy, True
        if not leads:
            ticket.called.acquire()
        if not ticket.served:
            self._lead()
        if ticket.error:
            raise ticket.error
        return ticket.outcome  # type: ignore[return-value]  # there is one where no error is

    def _lead(self) -> None:
        """Write for all who wait now; then let the first of those who have come lead."""
        with self._door:
            tickets = list(self._waiting)
            self._waiting.clear()
        try:
            self._serve(tickets)
        finally:
            with self._door:
                following = self._waiting[0] if self._waiting else None
                self._busy = following is not None
            for ticket in filter(None, (following, *tickets)):
                ticket.called.release()

    def _serve(self, tickets: Sequence[_Ticket[Work, Outcome]]) -> None:
        try:
            outcomes = self._write([ticket.work for ticket in tickets])
        except Exception as error:  # noqa: BLE001  it is raised again by whom it concerns
            if len(tickets) > 1 and self._is_about_one(error):
                for ticket in tickets:
                    self._serve([ticket])
                return
            self._settle(tickets, error)
        except BaseException as error:
            self._settle(tickets, error)
            raise
        else:
            for ticket, outcome in zip(tickets, outcomes, strict=True):
                ticket.outcome, ticket.served = outcome, True

    def _settle(self, tickets: Sequence[_Ticket[Work, Outcome]], error: BaseException) -> None:
        for ticket in tickets:
            ticket.error, ticket.served = error, True
