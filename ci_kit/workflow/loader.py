"""The YAML parser: PyYAML's in C, ten times the speed of the other, where it was built with it."""

from __future__ import annotations

import yaml

LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = (
    yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
)
