"""The image of a server, as a version for the action."""

from __future__ import annotations

import re

from ci_kit.adopt.values import has_expression

_IMAGE = re.compile(
    r"(?:docker\.io/)?(?:library/)?(?P<product>mysql|mariadb)"
    r"(?::(?P<number>\d+(?:\.\d+){0,2})?(?P<rest>[\w.-]*))?(?:@sha256:[0-9a-f]+)?"
)
_TAGS = frozenset({"", "latest", "lts"})


def is_server_image(image: str) -> bool:
    """Whether an image may be that of MySQL or MariaDB."""
    return bool(re.search(r"mysql|mariadb|percona", image, re.IGNORECASE))


def version_of_image(image: str) -> str:
    """The value of ``mysql-version`` for an official image; empty if it is another one."""
    product, _, tag = image.partition(":")
    if has_expression(tag) and product in {"mysql", "mariadb"} and len(tag) == 1:
        return tag if product == "mysql" else f"mariadb-{tag}"
    found = _IMAGE.fullmatch(image)
    if not found or (not found["number"] and (found["rest"] or "") not in _TAGS):
        return ""
    if not found["number"]:
        return found["product"]
    return found["number"] if found["product"] == "mysql" else f"mariadb-{found['number']}"
