"""Puts the addon's folder on the path, so that its pure packages are imported as they are: without Odoo."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "chorus_visiobat"))
