"""A contract in progress: each statement starts from what the previous one left, as the caller's do."""

from decompte import Month, Progress, Terms, admit, compute_statement


class Chain:
    def __init__(self, *posts, **terms):
        self.posts, self.terms = posts, Terms(**terms)
        self.opening = self.admitted = None
        self.statements = []

    def bill(self, percents=(), *progress, **month):
        progress = [*progress, *(Progress(key, percent=value) for key, value in dict(percents).items())]
        past = self.opening.inputs() if self.opening else {"previous": {}}
        statement = compute_statement(self.posts, progress, **past, terms=self.terms, month=Month(**month))
        self.opening = statement.closing
        self.statements.append(statement)
        return statement

    def answer(self, admission):
        admitted = admit(self.statements[-1], admission, self.admitted)
        self.opening, self.admitted = admitted.closing, admitted.admitted_closing
        return admitted


def months(statement, *names):
    """The month of each total named; nil where the statement has no such total."""
    return tuple(statement.totals[name].month if name in statement.totals else 0 for name in names)
