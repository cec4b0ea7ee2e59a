import inspect
import time
from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .access_case import AccessCase
from .access_table import METHODS, ORM, RECORDS, USERS

OPERATIONS = {"c": "create", "r": "read", "u": "write", "d": "unlink"}
PACKAGE = "odoo.addons.chorus_visiobat."


class Session(dict):
    """A session whose user has just given his password, out of debug mode."""

    debug = ""


@tagged("post_install", "-at_install")
class TestAccess(AccessCase):
    """Every cell of the access table is tried; nothing of the addon may be missing from the table."""

    def test_table_is_complete(self):
        ours = {name for name, model in self.registry.items() if self._is_ours(model)}
        self.assertEqual(ours, set(RECORDS), "every model stands in RECORDS of access_table.py, and no other")
        self.assertEqual(self._public_methods(), set(METHODS), "every public method stands in METHODS, and no other")

    def test_records(self):
        for model, cells in RECORDS.items():
            for name, expected in zip(USERS, cells.split(), strict=True):
                record = self._as(name, self.records[model])
                allowed = "".join(letter for letter, operation in OPERATIONS.items() if record.has_access(operation))
                with self.subTest(model=model, user=name):
                    self.assertEqual(allowed or "-", expected)

    @mute_logger("odoo.addons.base.models.ir_module")  # it logs each attempt that it denies
    def test_methods(self):
        caller = SimpleNamespace(environ={"REMOTE_ADDR": "127.0.0.1"})
        checked = SimpleNamespace(session=Session({"identity-check-last": time.time()}), httprequest=caller)
        for path, cells in METHODS.items():
            model, method = path.rsplit(".", 1)
            for name, expected in zip(USERS, cells.split(), strict=True):
                # As RPC gives it: any record, whether the user may see it or not; one's own profile for users.
                record = self.users[name] if model == "res.users" else self.records[model]
                with self.subTest(method=path, user=name):
                    with patch("odoo.addons.base.models.res_users.request", checked):
                        self.assertEqual(self._try(self._as(name, record), method), expected)

    def _try(self, record, method):
        """``n`` when an AccessError stops the call, else ``y``; what it did is undone."""
        self.env.invalidate_all()
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            getattr(record, method)()
            self.env.flush_all()
        except (AccessError, AccessDenied):
            return "n"
        except UserError:
            return "y"
        finally:
            self.env.cr.postcommit.clear()
            self.env.cr.precommit.clear()
            self.env.transaction.clear()
            savepoint.close(rollback=True)
        return "y"

    def _is_ours(self, model):
        return model._original_module == "chorus_visiobat" and not model._abstract

    def _public_methods(self):
        """Names ``model.method`` of what this addon lets RPC call, apart from the ORM."""
        found = set()
        for name, model in self.registry.items():
            for part in model.mro():
                if not part.__module__.startswith(PACKAGE) or (
                    model._abstract and not part.__dict__.get("_name") == name
                ):
                    continue
                found |= {
                    f"{name}.{method}"
                    for method, function in vars(part).items()
                    if inspect.isfunction(function)
                    and not method.startswith("_")
                    and not getattr(function, "_api_private", False)
                    and method not in ORM
                }
        return found
