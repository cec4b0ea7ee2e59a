"""What is wrong with a statement, told to the user: the post, the field, the cure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing to correct or to know.

    :ivar key: key of the post concerned (str or int), None for the whole statement.
    :ivar code: stable name of the rule broken, for programs.
    :ivar message: French sentence naming the post, the field and the cure.
    :ivar blocking: False for advice.
    """

    key: str | int | None
    code: str
    message: str
    blocking: bool = True


class DecompteError(ValueError):
    """Input from which no statement can be computed.

    :ivar problems: all of them (tuple of Problem); ``str()`` gives their messages.
    """

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.message for problem in problems))
