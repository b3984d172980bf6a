"""Worked examples as YAML, read whole."""

from pathlib import Path
from typing import Any

import yaml


def cases(name: str) -> Any:
    """Return the examples of one file beside this one."""
    text = Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
