from dataclasses import dataclass, field

LEVELS = ("ok", "warn", "problem")
"""From what is well to what needs somebody now."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, for the page, the monitor and the mail alike.

    :param code: stable name, for a monitor and for "since yesterday"
    :param level: one of ``LEVELS``
    :param sentence: what was found, without the name of any client nor any amount
    :param cure: what to do, empty when nothing is
    :param detail: words of Chorus Pro or of an obstacle, which may name people: never given to a monitor
    :param account: chorus.account concerned, None for the whole server
    :param label: words on the button that leads to the cure, None without a button
    :param action: action of the web client that the button opens
    """

    code: str
    level: str
    sentence: str
    cure: str = ""
    detail: str = ""
    account: object = None
    label: str | None = None
    action: dict = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What tells it from the other findings of a server."""
        return f"{self.code}:{self.account.id}" if self.account else self.code


def worst(findings) -> str:
    """The level of them all."""
    return max((finding.level for finding in findings), key=LEVELS.index, default="ok")
