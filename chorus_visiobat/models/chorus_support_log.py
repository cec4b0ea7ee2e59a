"""Our own lines of the server's log, and what is taken out of any text that leaves the house."""

import os
import re
from pathlib import Path

from odoo.tools import config

OURS = "odoo.addons.chorus_visiobat"
READ_BYTES = 8 * 1024 * 1024
"""How far back a log file is read."""

KEPT_LINES = 5000

_START = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ [A-Z]+ (?P<database>\S+) (?P<logger>\S+): ")
_PERSONAL = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "‹adresse›"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), "‹compte›"),
)


def scrub(text):
    """The text without e-mail addresses, technical logins nor bank accounts."""
    for pattern, instead in _PERSONAL:
        text = pattern.sub(instead, text)
    return text


def tail_of_our_lines(env):
    """The last lines of this application in this database, from the log file of this server, else from the log that
    Odoo keeps in the database (``log_db``); a sentence when there is neither."""
    path = config["logfile"]
    if path and Path(path).is_file():
        return "\n".join(_ours(_tail(Path(path)), env.cr.dbname)[-KEPT_LINES:])
    logging = env["ir.logging"].sudo()
    rows = logging.search([("name", "=like", f"{OURS}%"), ("dbname", "=", env.cr.dbname)], limit=KEPT_LINES)
    if rows:
        return "\n".join(f"{row.create_date} {row.level} {row.name}: {row.message}" for row in rows[::-1])
    return "Ce serveur n'écrit pas de fichier journal : joignez l'extrait que votre hébergeur vous donne.\n"


def _tail(path):
    with path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - READ_BYTES))
        return file.read().decode("utf-8", "replace").splitlines()


def _ours(lines, database):
    """Lines of our loggers, with the tracebacks that follow them; nothing of the other applications."""
    kept, ours = [], False
    for line in lines:
        if start := _START.match(line):
            ours = start["logger"].startswith(OURS) and start["database"] in (database, "?")
        if ours:
            kept.append(line)
    return kept
