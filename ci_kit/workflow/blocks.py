"""The blocks of templates: Jinja ignores one that the extended template does not have."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment, nodes

from ci_kit.errors import UsageError
from ci_kit.settings.names import did_you_mean


def require_known_blocks(templates: Environment, name: str) -> None:
    """Raise UsageError if a template, or one that it extends, replaces a block that is not there."""
    (first, tree), *extended = _chain(templates, name)
    for parent, parent_tree in extended:
        known = {block.name for _, one in _chain(templates, parent) for block in one.find_all(nodes.Block)}
        for block in tree.iter_child_nodes():
            if isinstance(block, nodes.Block) and block.name not in known:
                raise UsageError(
                    f"the template {first}, line {block.lineno} replaces the block {block.name!r}",
                    why=f"the template {parent}, which it extends, does not have that block",
                    todo=did_you_mean(block.name, known) or f"its blocks are {', '.join(sorted(known))}",
                )
        first, tree = parent, parent_tree


def _chain(templates: Environment, name: str) -> Iterator[tuple[str, nodes.Template]]:
    """A template and those that it extends, by a name that is a constant."""
    seen = set()
    while name not in seen and templates.loader:
        seen.add(name)
        source, file, _ = templates.loader.get_source(templates, name)
        tree = templates.parse(source, name, file)
        yield name, tree
        for node in tree.find_all(nodes.Extends):
            if isinstance(node.template, nodes.Const):
                name = str(node.template.value)
