"""What every family of verbs shares: a call, a frozen request, a search read to its last page."""

from collections.abc import Iterator

from .errors import Unknown
from .gateway import Gateway, Route
from .values import child, encode, rows, text, whole

PAGE_SIZE = 1000
"""Rows asked at once: accepted in production (§2), against ten by default."""


class Verbs:
    """A family of verbs over one gateway."""

    _gateway: Gateway

    def _read(self, route: Route, body: dict) -> dict:
        return self._gateway.call(route, encode(body))

    def _effect(self, route: Route, request, what: str = "") -> dict:
        """Sends a request, or the very bytes its `to_json` gave earlier and somebody kept.

        :param what: French name of the identifier that proves the effect
        :raise Unknown: also when the answer lacks it
        """
        answer = self._gateway.call(route, request if isinstance(request, bytes) else request.to_json())
        if route.proof and not text(answer.get(route.proof)):
            raise Unknown(
                f"Chorus Pro n'a pas donné {what}. Le résultat reste à vérifier avant tout nouvel envoi.",
                code=whole(answer.get("codeRetour")),
                label=text(answer.get("libelle")),
            )
        return answer

    def _effect_number(self, route: Route, request, what: str) -> tuple[dict, int]:
        """The same for an effect proven by a number: the answer, and that number."""
        answer = self._effect(route, request, what)
        number = whole(answer.get(route.proof))
        if not number:
            raise Unknown(f"Chorus Pro a donné pour {what} une valeur illisible. Le résultat reste à vérifier.")
        return answer, number

    def _pages(
        self, route: Route, criteria: dict, *, block: str, rows_key: str, page_size=PAGE_SIZE, skip=0, **sort
    ) -> Iterator[dict]:
        """Every row of a search, page after page.

        :param block: key of the paging object in the request
        :param rows_key: key of the list in the answer
        :param skip: rows read before; those since the start of their page come again
        :param sort: `triColonne` and `triSens`, so that rows do not move between two pages
        """
        number, previous = skip // page_size + 1, None
        seen = (number - 1) * page_size
        while True:
            paging = {"pageResultatDemandee": number, "nbResultatsParPage": page_size, **sort}
            answer = self._read(route, {**criteria, block: paging})
            found = rows(answer, rows_key)
            # A server that ignores the page asked for would give the same one for ever.
            if not found or found == previous:
                return
            yield from found
            seen += len(found)
            returned = child(answer, "parametresRetour")
            if previous is None and len(found) < page_size and whole(returned.get("total")) not in (None, seen):
                seen = number * len(found)  # pages are shorter than those of `skip`: this one began earlier
            if not _has_more(returned, number, seen, len(found) >= page_size):
                return
            if len(found) < page_size:
                # Fewer rows than asked for, and yet more to come: pages are that short (§6.4 row 54).
                page_size = len(found)
            number, previous = seen // page_size + 1, found


def _has_more(paging: dict, number: int, seen: int, full: bool) -> bool:
    pages, total = whole(paging.get("pages")), whole(paging.get("total"))
    if total is not None:
        return seen < total
    if pages is not None:
        return number < pages
    return full
