"""A user of Odoo in a real Chromium, by what he sees: labels, boxes, buttons. For pictures and browser tests."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

FLAGS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-quic"
).split()
PATIENCE = 20_000
"""Milliseconds before giving up on something that must appear: a first page makes Odoo build its scripts."""


@contextlib.contextmanager
def opened(chromium: str, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """A page of a fresh Chromium, in French."""
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            page = chrome.new_page(
                viewport={"width": width, "height": height}, locale="fr-FR", timezone_id="Europe/Paris"
            )
            page.set_default_timeout(PATIENCE)
            expect.set_options(timeout=PATIENCE)
            yield page
        finally:
            chrome.close()


class Desk:
    """The web client of Odoo as one user sees it."""

    def __init__(self, page: Page, url: str, login: str, password: str):
        self.page, self.url, self.password = page, url, password
        page.context.clear_cookies()
        page.goto(f"{url}/web/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", password)
        page.click(".oe_login_form button[type=submit]")
        page.wait_for_selector(".o_main_navbar")

    def go(self, action: str, record: int | str | None = None) -> None:
        """Open an action by its external id, or one of its records."""
        self.page.goto(f"{self.url}/odoo/action-{action}" + (f"/{record}" if record else ""))
        self.settle()

    def settle(self) -> None:
        """Wait until a view is there and nothing is being loaded."""
        self.page.wait_for_selector(".o_action_manager .o_view_controller")
        self.page.wait_for_selector(".o_loading_indicator", state="detached")

    def my_account(self) -> None:
        """The entry *Mon compte* of the user menu."""
        self.page.click(".o_user_menu button")
        self.page.click("[data-menu=chorus_my_account]")
        self.page.wait_for_selector("button[name=action_chorus_subscription]")

    def press(self, button: str) -> None:
        """Click on the button of this technical name, in the dialog when one is open."""
        self.page.locator(f"button[name={button}]:visible").last.click()

    def pass_identity_check(self) -> None:
        """Type one's password in the dialog of the identity check."""
        dialog = self.page.locator(".modal", has=self.page.locator("input[type=password]"))
        dialog.locator("input[type=password]").fill(self.password)
        dialog.locator(".btn-primary").first.click()
        expect(dialog).to_have_count(0)

    def box(self, field: str) -> Locator:
        """Where a field is typed."""
        return self.page.locator(f".o_field_widget[name={field}]:visible").locator("input, textarea").first

    def type(self, field: str, text: str) -> None:
        self.box(field).fill(text)

    def type_date(self, field: str, text: str) -> None:
        """Type a date, as 31/12/2026. Its box is a button while it is not being typed in."""
        field_box = self.page.locator(f".o_field_widget[name={field}]:visible")
        field_box.locator("input, button").first.click()
        self.page.wait_for_selector(".o_datetime_picker")
        self.type(field, text)
        self.box(field).press("Enter")
        expect(field_box.locator("button")).to_have_attribute("value", text)

    def choose(self, field: str, text: str) -> None:
        """Type in a box that proposes records, and take the one proposed."""
        self.box(field).fill(text)
        self.page.locator(".o-autocomplete--dropdown-item", has_text=text).first.click()

    def select(self, field: str, label: str) -> None:
        """Choose in a box of fixed choices."""
        self.box(field).click()
        self.page.locator(".o_select_menu_item", has_text=label).first.click()

    def tab(self, page_name: str) -> None:
        self.page.click(f".o_notebook a[name={page_name}]")

    def add_line(self, field: str, **cells: str) -> None:
        """Add a line to a list of the form, type its cells, and leave it."""
        lines = self.page.locator(f".o_field_widget[name={field}] .o_data_row")
        before = lines.count()
        self.page.click(f".o_field_widget[name={field}] .o_field_x2many_list_row_add a")
        expect(lines).to_have_count(before + 1)
        for name, text in cells.items():
            lines.last.locator(f"td[name={name}] input").first.fill(text)
        self.leave_line()

    def type_cell(self, row: str, field: str, text: str) -> None:
        """Type into one cell of the line that shows the text ``row``, and leave it."""
        line = self.page.locator(".o_data_row", has_text=row)
        line.locator(f"td[name={field}]").click()
        line.locator(f"td[name={field}] input").fill(text)
        self.leave_line()

    def leave_line(self) -> None:
        """Click elsewhere, and wait until the line that was being typed is left."""
        self.page.locator(".o_form_sheet h1").first.click()
        expect(self.page.locator(".o_selected_row")).to_have_count(0)
        self.settle()

    def save(self) -> None:
        with self.page.expect_response(re.compile("/web_save")) as answer:
            self.page.locator(".o_form_button_save:visible").click()
        answer.value.finished()
        self.settle()
        expect(self.page.locator(".o_form_button_save:visible")).to_have_count(0)

    def sees(self, text: str | re.Pattern, within: str = ".o_action_manager, .modal") -> None:
        """Fail unless this text is shown, now or soon."""
        expect(self.page.locator(within).get_by_text(text).first).to_be_visible()

    def picture(self, file: Path) -> None:
        """Photograph the screen down to the end of what it shows, without tooltip."""
        self.page.mouse.move(0, 0)
        self.page.wait_for_selector(".o-tooltip", state="detached")
        ends = ".o_form_sheet, .o_list_table, .o_chorus_health table"
        shown = self.page.locator(f".modal-content, .o_action_manager :is({ends})")
        shown.first.wait_for()
        boxes = [box for box in (element.bounding_box() for element in shown.all()) if box]
        screen = self.page.viewport_size
        height = min(screen["height"], max(box["y"] + box["height"] for box in boxes) + 4)
        file.parent.mkdir(parents=True, exist_ok=True)
        clip = {"x": 0, "y": 0, "width": screen["width"], "height": height}
        self.page.screenshot(path=file, animations="disabled", caret="hide", clip=clip)
