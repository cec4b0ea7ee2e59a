"""The statuses a payment request went through, told the same way for invoices and works documents."""

from dataclasses import dataclass
from datetime import datetime, timezone

from .values import moment, text

_OLDEST = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class StatusEvent:
    """A status that was reached.

    :param code: one of the 56 statuses (chorus-pro-api.md §3.3), kept as received when it is new
    :param date: aware UTC, None when unreadable; Chorus Pro gives minutes
    :param author: first and last name, when a person did it
    :param comment: the reason of a refusal, a suspension…
    """

    code: str
    date: datetime | None
    author: str | None
    comment: str | None


def read_events(found: list[dict]) -> tuple[StatusEvent, ...]:
    """The events, newest first, whichever order they came in.

    Chorus Pro answers newest first, with minutes: events of the same minute keep its order.
    """
    events = [
        StatusEvent(
            code=text(row.get("histoStatutCode")) or "",
            date=moment(row.get("histoStatutDatePassage")),
            author=_author(row),
            comment=text(row.get("histoStatutCommentaire")),
        )
        for row in found
    ]
    dates = [event.date for event in events if event.date]
    if dates and dates[0] < dates[-1]:
        events.reverse()
    return tuple(sorted(events, key=lambda event: event.date or _OLDEST, reverse=True))


def _author(row: dict) -> str | None:
    names = (text(row.get("histoStatutUtilisateurPrenom")), text(row.get("histoStatutUtilisateurNom")))
    return " ".join(filter(None, names)) or None
