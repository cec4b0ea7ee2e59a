"""A faithful local Chorus Pro and PISTE: real HTTP, real parsing, state on disk (see README.md)."""

from .app import create_app
from .control import Control, ControlError
from .server import running_simulator

__all__ = ["Control", "ControlError", "create_app", "running_simulator"]
