"""The nodes of a YAML document, with the positions of what a reader sees."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import yaml

# PyYAML's own loader: libyaml's positions differ after a byte order mark.


class AliasNode(yaml.Node):
    """``*name`` in the place where it is written; ``target`` is the node that it stands for."""

    id = "alias"

    def __init__(self, target: yaml.Node, start: yaml.Mark, end: yaml.Mark) -> None:
        super().__init__(target.tag, copy.copy(target.value), start, end)
        self.target = target


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            target = super().compose_node(parent, index)
            return target and AliasNode(target, event.start_mark, event.end_mark)
        anchor = getattr(self.peek_event(), "anchor", None)  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)
        if node is not None and anchor:
            node.anchor = anchor  # type: ignore[attr-defined]
        return node


def compose(text: str) -> yaml.Node | None:
    """The node of the one document in a text. Raises yaml.YAMLError."""
    return yaml.compose(text, Loader=_Loader)


def resolved(node: yaml.Node) -> yaml.Node:
    """The node itself, or what it stands for."""
    return node.target if isinstance(node, AliasNode) else node


def entries(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """The keys and values of a mapping; none if it is something else."""
    found = resolved(node) if node is not None else None
    if isinstance(found, yaml.MappingNode):
        yield from found.value


def items(node: yaml.Node | None) -> list[yaml.Node]:
    """The items of a sequence; none if it is something else."""
    found = resolved(node) if node is not None else None
    return list(found.value) if isinstance(found, yaml.SequenceNode) else []


def value_at(node: yaml.Node | None, *keys: str) -> yaml.Node | None:
    """The node below some keys, None if there is none."""
    for key in keys:
        node = next((value for name, value in entries(node) if name.value == key), None)
    return node


def scalar_text(node: yaml.Node | None) -> str | None:
    """The text of a scalar, None if it is not a scalar."""
    found = resolved(node) if node is not None else None
    return str(found.value) if isinstance(found, yaml.ScalarNode) else None


def content_end(node: yaml.Node, text: str) -> int:
    """Where a node ends: after its last character, without the blank lines and comments that may follow.

    PyYAML's end of a block collection is where the next token starts.
    """
    if isinstance(node, AliasNode) or _is_flow(node):
        return int(node.end_mark.index)
    if isinstance(node, yaml.CollectionNode) and node.value:
        last = node.value[-1]
        return content_end(last[1] if isinstance(last, tuple) else last, text)
    end, start = int(node.end_mark.index), int(node.start_mark.index)
    if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
        return start + len(text[start:end].rstrip(" \t\r\n"))
    return end


def anchors_below(node: yaml.Node) -> set[str]:
    """The anchors that a node and the nodes in it define."""
    if isinstance(node, AliasNode):
        return set()
    own = {node.anchor} if getattr(node, "anchor", None) else set()  # type: ignore[attr-defined]
    for key, value in entries(node) if isinstance(node, yaml.MappingNode) else ():
        own |= anchors_below(key) | anchors_below(value)
    for item in node.value if isinstance(node, yaml.SequenceNode) else ():
        own |= anchors_below(item)
    return own


def aliases_below(node: yaml.Node) -> Iterator[AliasNode]:
    """The aliases in a node."""
    if isinstance(node, AliasNode):
        yield node
        return
    for key, value in entries(node) if isinstance(node, yaml.MappingNode) else ():
        yield from (*aliases_below(key), *aliases_below(value))
    for item in node.value if isinstance(node, yaml.SequenceNode) else ():
        yield from aliases_below(item)


def _is_flow(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)
