"""The secrets of an Odoo database, read and written by SQL: a change of key needs no running Odoo."""

import configparser
import contextlib

import psycopg2
from psycopg2 import sql

from .ring import Keyring
from .rotation import StoredSecret

_COLUMNS = """
    SELECT c.table_name, c.column_name
      FROM information_schema.columns c
      JOIN information_schema.columns u ON u.table_schema = c.table_schema AND u.table_name = c.table_name
       AND u.column_name = 'secret_uuid'
     WHERE c.table_schema = current_schema() AND c.column_name LIKE '%\\_ciphertext'
     ORDER BY 1, 2
"""


def connection_settings(config_file=None) -> dict:
    """Connection parameters of PostgreSQL, as odoo.conf gives them; libpq's own variables for the others.

    :param config_file: odoo.conf, or None.
    :raises FileNotFoundError: it does not exist.
    """
    parser = configparser.RawConfigParser()
    if config_file:
        with open(config_file, encoding="utf-8") as stream:
            parser.read_file(stream)
    names = ("host", "port", "user", "password", "sslmode")
    given = {name: parser.get("options", f"db_{name}", fallback="") for name in names}
    # Odoo writes what is not set as False.
    return {name: value for name, value in given.items() if value and value != "False"}


def keys_file_of(config_file) -> str | None:
    """The keys file that odoo.conf names, None when it names none."""
    parser = configparser.RawConfigParser()
    parser.read(config_file, encoding="utf-8")
    return parser.get("chorus_visiobat", "keys_file", fallback=None)


class Database:
    """One Odoo database. A context manager; each write is committed by itself."""

    def __init__(self, name: str, **settings):
        self.name = name
        self._settings = settings
        self._connection = psycopg2.connect(dbname=name, **settings)
        self._connection.autocommit = True

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._connection.close()

    def secrets(self):
        """Every ciphertext, whatever its company."""
        found = []
        with self._connection.cursor() as cursor:
            cursor.execute(_COLUMNS)
            for table, column in cursor.fetchall():
                query = sql.SQL("SELECT id, secret_uuid, {c} FROM {t} WHERE {c} IS NOT NULL ORDER BY id")
                cursor.execute(query.format(c=sql.Identifier(column), t=sql.Identifier(table)))
                found += [
                    StoredSecret(f"{table} {row_id}", token, table.replace("_", "."), record, column, (table, row_id))
                    for row_id, record, token in cursor.fetchall()
                ]
        return found

    def replace(self, secret, token):
        """Put a token in the place of the one read, unless somebody has changed it since."""
        table, row_id = secret.address
        query = sql.SQL("UPDATE {t} SET {c} = %s WHERE id = %s AND {c} = %s")
        with self._connection.cursor() as cursor:
            cursor.execute(
                query.format(c=sql.Identifier(secret.field), t=sql.Identifier(table)), [token, row_id, secret.token]
            )
            return bool(cursor.rowcount)

    def others_under(self, key_ids, named) -> list[str]:
        """The other databases of this PostgreSQL server whose secrets hang on these keys, among those we may open.

        :param key_ids: names of keys.
        :param named: names of the databases already looked at.
        """
        found = []
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1")
            names = [name for (name,) in cursor.fetchall() if name not in named]
        for name in names:
            # Another's database, or one that is being dropped, cannot be opened: its keys are its own.
            with contextlib.suppress(psycopg2.Error), Database(name, **self._settings) as other:
                if any(Keyring.key_id_of(secret.token) in key_ids for secret in other.secrets()):
                    found.append(name)
        return found
