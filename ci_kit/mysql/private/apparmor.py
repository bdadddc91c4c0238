"""Ubuntu's AppArmor profile for mysqld, which allows it to write only to the folders of the service.

AppArmor applies a profile to the path of the program that is executed. If the dynamic loader starts the
server, that path is the loader's, and the profile does not apply. A private server does not need the
protection of the profile: it runs as an ordinary user, on data of its own.
"""

from __future__ import annotations

import re
import struct
from contextlib import suppress
from pathlib import Path

_ENABLED = Path("/sys/module/apparmor/parameters/enabled")
_PROFILES = Path("/etc/apparmor.d")
# The header of a 64-bit, little-endian ELF file, and a program header of it: see elf(5).
_HEADER, _PROGRAM_HEADER = struct.Struct("<4sBB26xQ14xHH"), struct.Struct("<I4xQ16xQ")
_ELF, _ELF_64, _LITTLE_ENDIAN, _PT_INTERP = b"\x7fELF", 2, 1, 3


def command_without_profile(program: Path) -> list[str]:
    """The beginning of a command that runs a server program: by its loader if a profile confines it."""
    loader = _loader(program) if _is_confined(program) else ""
    return [loader, str(program)] if loader else [str(program)]


def _is_confined(program: Path) -> bool:
    with suppress(OSError):
        if _ENABLED.read_text(encoding="ascii").strip() != "Y":
            return False
        name = str(program.resolve()).strip("/").replace("/", ".")
        if (_PROFILES / "disable" / name).exists():
            return False
        # Debian's profile for mariadbd contains only comments.
        return bool(re.search(r"^[^#\n]*\{", (_PROFILES / name).read_text(encoding="utf-8"), re.MULTILINE))
    return False


def _loader(program: Path) -> str:
    """The path of the dynamic loader in the program's header; empty for a script or another kind of file."""
    with suppress(OSError, struct.error), program.open("rb") as file:
        magic, bits, order, start, size, count = _HEADER.unpack(file.read(_HEADER.size))
        if (magic, bits, order) != (_ELF, _ELF_64, _LITTLE_ENDIAN):
            return ""
        for number in range(count):
            file.seek(start + number * size)
            kind, where, length = _PROGRAM_HEADER.unpack(file.read(_PROGRAM_HEADER.size))
            if kind == _PT_INTERP:
                file.seek(where)
                return file.read(length).rstrip(b"\0").decode()
    return ""
