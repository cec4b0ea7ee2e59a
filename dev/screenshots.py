"""`make screenshots`: the pictures of README and of the guide, made anew from the demonstration.

The demonstration is started if need be and stays as it was: the subscription is shown but not confirmed, the
statement drawn as a draft is removed afterwards.
"""

import contextlib
import os
from collections.abc import Callable, Iterator

from PIL import Image

from . import demo, natives, paths, say, scenario, server
from .browser import Desk, opened
from .rpc import User
from .workbench import Workbench

IMAGES = paths.ROOT / "docs" / "images"
WEIGHT = 200_000
"""Bytes that a picture may weigh."""

HEIGHT = 1340
"""Pixels of the screen, the most that a picture shows."""


def main() -> int:
    os.environ["SERVE"] = "1"  # the demonstration stays up for the pictures
    if failed := demo.main():
        return failed
    os.environ.update(Workbench().env)  # the browser and its driver find their libraries
    url = server.odoo_url()
    accountant = User(url, demo.DATABASE, "comptable", "comptable")
    with _next_month(accountant):
        for login, pictures in PICTURES.items():
            with opened(str(natives.chromium()), width=1280, height=HEIGHT) as page:
                desk = Desk(page, url, login, login)
                for name, show in pictures.items():
                    with say.step(f"Photographing {name}"):
                        show(desk, accountant)
                        _photograph(desk, name)
    say.line(f"The pictures are in {IMAGES.relative_to(paths.ROOT)}/.")
    return 0


def _photograph(desk: Desk, name: str) -> None:
    """Keep what is on the screen, in 256 colours: text stays sharp and the file light."""
    file = IMAGES / f"{name}.png"
    desk.picture(file)
    Image.open(file).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
    if (weight := file.stat().st_size) > WEIGHT:
        raise say.Failure(f"{file.name} weighs {weight} bytes, more than {WEIGHT}", "Show less on that screen.")


@contextlib.contextmanager
def _next_month(accountant: User) -> Iterator[None]:
    """A second month of the school, being entered, for the time of the pictures."""
    school = _contract(accountant, scenario.SCHOOL)
    accountant.call("works.contract", "action_new_situation", [school])
    situation = _last_statement(accountant, scenario.SCHOOL)
    try:
        scenario.enter_progress(accountant, situation, {"1.3": 100, "1.4": 305, "A1": 80})
        yield
    finally:
        accountant.call("works.situation", "unlink", [situation])


def _contract(accountant: User, reference: str) -> int:
    return accountant.call("works.contract", "search", [["reference", "=", reference]])[0]


def _last_statement(accountant: User, reference: str) -> int:
    domain = [["contract_id.reference", "=", reference]]
    return accountant.call("works.situation", "search", domain, order="number desc", limit=1)[0]


def _health(desk: Desk, accountant: User) -> None:
    desk.page.goto(f"{desk.url}/odoo/chorus-health")
    desk.page.wait_for_selector(".o_chorus_health canvas")


def _account(desk: Desk, accountant: User) -> None:
    desk.my_account()


def _subscription(desk: Desk, accountant: User) -> None:
    desk.press("action_chorus_subscription")
    desk.pass_identity_check()
    for field in ("password_input", "password_check_input"):
        desk.type(field, scenario.PASSWORD_TECH)


def _month(desk: Desk, accountant: User) -> None:
    desk.go("chorus_visiobat.action_works_month")


def _shows_contract(desk: Desk, accountant: User) -> None:
    desk.go("chorus_visiobat.works_contract_action", _contract(accountant, scenario.SCHOOL))


def _actors(desk: Desk, accountant: User) -> None:
    _shows_contract(desk, accountant)
    desk.tab("actors")
    desk.box("chorus_contract_number").scroll_into_view_if_needed()


def _statement(desk: Desk, accountant: User) -> None:
    desk.go("chorus_visiobat.works_situation_action", _last_statement(accountant, scenario.SCHOOL))


def _send(desk: Desk, accountant: User) -> None:
    _statement(desk, accountant)
    desk.press("action_invoice_and_send")
    desk.page.wait_for_selector(".modal button[name=action_send]")


def _document_of(reference: str) -> Callable[[Desk, User], None]:
    """How to show the paper of the first statement of a contract."""

    def show(desk: Desk, accountant: User) -> None:
        domain = [["contract_id.reference", "=", reference], ["origin", "=", "ours"]]
        [document] = accountant.call("chorus.document", "search", domain)
        desk.go("chorus_visiobat.chorus_document_action", document)

    return show


PICTURES: dict[str, dict[str, Callable[[Desk, User], None]]] = {
    "admin": {"health": _health, "account": _account, "subscription": _subscription},
    "comptable": {
        "month": _month,
        "contract": _shows_contract,
        "actors": _actors,
        "statement": _statement,
        "send": _send,
        "timeline": _document_of(scenario.SCHOOL),
        "refusal": _document_of(scenario.ROAD),
    },
}
"""By login, the name of each picture and how to bring its screen up, coming from the one before."""
