"""The simulator inside Odoo's process.

Odoo loads ``stdnum`` through a hook whose loader hides the package's data files from ``importlib.resources``; the
simulator needs them (IBAN tables, by way of ``factur-x``). The ordinary loader is put back before it is imported.
"""

from importlib import import_module
from importlib.machinery import SourceFileLoader


def _load():
    stdnum = import_module("stdnum")
    stdnum.__spec__.loader = SourceFileLoader(stdnum.__name__, stdnum.__file__)
    return import_module("chorus_simulator")


running_simulator = _load().running_simulator
