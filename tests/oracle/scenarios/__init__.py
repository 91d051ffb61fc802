"""The scenarios of source_live.py, a module per area. Every module here is found by itself."""

import importlib
import pkgutil

from scenarios.parts import SCENARIOS, Request

for module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"scenarios.{module.name}")

__all__ = ["SCENARIOS", "Request"]
