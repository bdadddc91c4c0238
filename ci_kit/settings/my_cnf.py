"""The lines of a my.cnf that a project gives in the setting ``mysql-settings``."""

from __future__ import annotations

from pathlib import Path

_TLS = ("ssl_ca", "ssl_capath", "ssl_cert", "ssl_crl", "ssl_crlpath", "ssl_key")
_RSA = ("private_key_path", "public_key_path")
PATH_OPTIONS: frozenset[str] = frozenset(
    (
        *_TLS,
        *(f"admin_{name}" for name in _TLS),
        *(f"{plugin}_password_{name}" for plugin in ("caching_sha2", "sha256") for name in _RSA),
    )
)
"""The options whose values are paths of a certificate, a key, or a folder of them."""


def option_name(line: str) -> str:
    """The name of an option as the manuals spell it."""
    name, _, _ = line.partition("=")
    return name.strip().lower().replace("-", "_").removeprefix("loose_")


def option_value(line: str) -> str:
    """The value of an option without quotes around it, as a server reads it; empty if it has none."""
    value = line.partition("=")[2].strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def normalized(line: str) -> str:
    """The line without spaces around its parts and quotes around its value, as a server reads it."""
    name, equals, _ = line.partition("=")
    return f"{name.strip()}{equals}{option_value(line)}"


def in_folder(line: str, folder: Path) -> str:
    """The line. If its value is a relative path, the path starts at ``folder``.

    For a server, such a path would start at its datadir.
    """
    value = option_value(line)
    if option_name(line) not in PATH_OPTIONS or not value:
        return line
    return f"{line.partition('=')[0].strip()}={folder / value}"
