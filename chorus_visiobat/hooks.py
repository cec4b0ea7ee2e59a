"""What uninstalling removes beyond the tables, columns and records that Odoo removes by itself.

Accounting records stay, with the chatter of the invoices.
"""

import logging
import re

import psycopg2

from odoo import tools
from odoo.fields import Domain
from odoo.sql_db import db_connect
from odoo.tools import SQL

from .server_keys import forget_local_keys

_logger = logging.getLogger(__name__)

MODULE = "chorus_visiobat"
POLYMORPHIC = {
    "ir.attachment": "res_model",
    "mail.activity": "res_model",
    "mail.followers": "res_model",
    "mail.message": "model",
    "ir.filters": "model_id",
    "ir.exports": "resource",
}
"""Models that point to any record by the name of its model: no foreign key cleans them."""


def uninstall_hook(env):
    """Remove the rows of Odoo's own tables that speak of our models or fields, our parameters and our keys."""
    ours = own_models(env)
    _release_rows(env, [env[name]._table for name in ours if not env[name]._abstract])
    for model, column in POLYMORPHIC.items():
        env[model].with_context(active_test=False).sudo().search([(column, "in", ours)]).unlink()
    _remove_filters_on_our_fields(env)
    env["ir.config_parameter"].sudo().search([("key", "=like", f"{MODULE}.%")]).unlink()
    if not _used_elsewhere(env.cr):
        env.cr.postcommit.add(forget_local_keys)


def own_models(env) -> list[str]:
    """Return the names of the models that this addon defines, as opposed to those it extends."""
    return [name for name, model in env.registry.items() if model._original_module == MODULE]


def _release_rows(env, tables):
    """Drop every foreign key towards our tables: Odoo deletes the records of our data files first, and would fail on
    those that contracts and papers still name, although all of them go."""
    env.cr.execute(
        """
        SELECT owner.relname, fk.conname
          FROM pg_constraint fk
          JOIN pg_class owner ON owner.oid = fk.conrelid
          JOIN pg_class target ON target.oid = fk.confrelid
         WHERE fk.contype = 'f'
           AND target.relname = ANY(%s)
           AND target.relnamespace = current_schema::regnamespace
        """,
        [tables],
    )
    for table, name in env.cr.fetchall():
        env.cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(name)))


def _remove_filters_on_our_fields(env):
    """A saved filter of a shared model (invoices, projects…) that uses a field of ours could only fail."""
    for name, model in env.registry.items():
        fields = [field.name for field in model._fields.values() if field._module == MODULE]
        if model._original_module == MODULE or not fields:
            continue
        filters = env["ir.filters"].with_context(active_test=False).sudo().search([("model_id", "=", name)])
        uses = re.compile(rf"\b({'|'.join(map(re.escape, fields))})\b")
        filters.filtered(lambda saved, uses=uses: uses.search(f"{saved.domain} {saved.context} {saved.sort}")).unlink()
        lines = (
            env["ir.exports.line"].sudo().search(Domain("export_id.resource", "=", name) & Domain("name", "like", "_"))
        )
        lines.filtered(lambda line, uses=uses: uses.search(line.name)).unlink()


def _used_elsewhere(cr) -> bool:
    """Whether another database of this server may need the keys kept in the data directory."""
    # Not odoo.service.db.list_dbs: with --database it names that one only.
    cr.execute(
        """
        SELECT datname
          FROM pg_database
         WHERE datdba = (SELECT datdba FROM pg_database WHERE datname = current_database())
           AND datallowconn
           AND NOT datistemplate
           AND datname NOT IN (current_database(), 'postgres')
        """
    )
    return any(_has_the_addon(name) for (name,) in cr.fetchall())


def _has_the_addon(database) -> bool:
    try:
        with db_connect(database).cursor() as cr:
            if not tools.sql.table_exists(cr, "ir_module_module"):
                return False
            cr.execute("SELECT 1 FROM ir_module_module WHERE name = %s AND state = 'installed'", [MODULE])
            return bool(cr.rowcount)
    except psycopg2.Error:
        # Unreadable to us is not proof that it needs nothing.
        _logger.info("Database %s cannot be read: the encryption keys are kept", database)
        return True
