"""The settings that the run of a workflow will have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ci_kit.settings.loading import load_settings
from ci_kit.settings.settings import Settings


def run_settings(project: Path, inputs: Mapping[str, str], names: Sequence[str]) -> Settings:
    """The settings of a run in the folder ``project``. Of the inputs, only ``names`` count.

    The other inputs may be expressions. Raises UsageError if the settings are wrong.
    """
    given = {name.replace("-", "_"): inputs[name] for name in names if inputs.get(name)}
    return load_settings(project, {}, given)
