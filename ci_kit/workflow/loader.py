"""The YAML loader: PyYAML's C loader if it is available (ten times faster), otherwise the Python one."""

from __future__ import annotations

import yaml

LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = (
    yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
)
