"""Every operation of the API that the client knows, by the name of its verb.

Whoever must decide after an `Unknown` reads here whether the verb has a remote effect, what proves it, and which verb
tells whether it took place.
"""

from . import (
    commitments,
    directory,
    downloads,
    files,
    flows,
    invoice_actions,
    invoices,
    pdf_deposit,
    reference,
    structures,
    validation,
    works_routes,
)
from .gateway import Route

_FAMILIES = (
    flows,
    files,
    pdf_deposit,
    downloads,
    invoices,
    invoice_actions,
    works_routes,
    validation,
    structures,
    directory,
    commitments,
    reference,
)

ROUTES: dict[str, Route] = {
    route.verb: route for family in _FAMILIES for route in vars(family).values() if isinstance(route, Route)
}
EFFECTS: dict[str, Route] = {verb: route for verb, route in ROUTES.items() if route.effect}
