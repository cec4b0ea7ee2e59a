"""Keys of the secrets kept in the database.

``python -m keyring generate`` prints a new key line. ``python -m keyring rotate -c odoo.conf -d DATABASE`` changes the
key: a new one on top of the keys file, every secret of the databases named encrypted again and read back, the old key
taken out. Killed, it is run again.
"""

import argparse
import contextlib
import os
import sys
from pathlib import Path

from .errors import KeyringError
from .sources import KEYS_FILE_NAME, new_key_line


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="keyring", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("generate", help="print a new key line (name:key)")
    change = commands.add_parser("rotate", help="change the key of every secret")
    change.add_argument("-d", "--database", action="append", required=True, help="a database; repeat for several")
    change.add_argument("-c", "--config", help="odoo.conf: how to reach PostgreSQL, and the keys file")
    change.add_argument("-f", "--keys-file", help="the keys file, when odoo.conf does not tell")
    options = parser.parse_args(arguments)
    if options.command == "generate":
        sys.stdout.write(f"{new_key_line()}\n")
        return 0
    return _rotate(options)


def _rotate(options):
    # Only now: `generate` must work on a machine without psycopg2.
    import psycopg2

    from .database import Database, connection_settings
    from .keys_file import KeysFile
    from .rotation import RotationRefused, rotate

    try:
        path = _keys_file(options)
        settings = connection_settings(options.config)
        with contextlib.ExitStack() as stack:
            stores = [stack.enter_context(Database(name, **settings)) for name in options.database]
            keys = KeysFile(path)
            others = stores[0].others_under(keys.keyring().key_ids, options.database)
            if others:
                raise RotationRefused(
                    f"D'autres bases de ce serveur ont des secrets sous ces clés : {', '.join(others)}. "
                    "Nommez-les aussi (-d)."
                )
            rotate(keys, stores, say=lambda sentence: sys.stdout.write(f"{sentence}\n"))
    except (KeyringError, RotationRefused, OSError, psycopg2.Error) as error:
        sys.stderr.write(f"{str(error).strip()}\n")
        return 1
    return 0


def _keys_file(options):
    """The keys file of the server, found as the server finds it (`sources.load_keyring`)."""
    from .database import keys_file_of

    found = options.keys_file or os.environ.get("CHORUS_VISIOBAT_KEYS_FILE")
    if not found and os.environ.get("CHORUS_VISIOBAT_KEYS"):
        raise KeyringError(
            "Les clés de ce serveur sont dans la variable CHORUS_VISIOBAT_KEYS, qu'une commande ne peut pas changer. "
            "Mettez-y une nouvelle clé en tête (generate), redémarrez, puis utilisez "
            "Configuration › Chiffrer à nouveau les secrets."
        )
    if not found and options.config:
        found = keys_file_of(options.config) or _data_directory_file(options.config)
    if not found:
        raise KeyringError("Fichier de clés inconnu : nommez-le (--keys-file), ou donnez odoo.conf (--config).")
    return Path(found)


def _data_directory_file(config_file):
    import configparser

    parser = configparser.RawConfigParser()
    parser.read(config_file, encoding="utf-8")
    folder = parser.get("options", "data_dir", fallback=None)
    return Path(folder) / KEYS_FILE_NAME if folder else None


if __name__ == "__main__":
    sys.exit(main())
