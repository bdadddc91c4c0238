"""Ubuntu's AppArmor profile of mysqld, which lets it write to the service's folders and nowhere else.

A profile is attached to a program by the path that is executed. Started by the dynamic loader, the server is
the same program without it: its data is this run's, and there is nothing of the machine's to be kept from it.
"""

from __future__ import annotations

import re
import struct
from contextlib import suppress
from pathlib import Path

_ENABLED = Path("/sys/module/apparmor/parameters/enabled")
_PROFILES = Path("/etc/apparmor.d")
# The header of a 64-bit, little-endian ELF file, and one of its program headers (elf(5)).
_HEADER, _PROGRAM_HEADER = struct.Struct("<4sBB26xQ14xHH"), struct.Struct("<I4xQ16xQ")
_ELF, _ELF_64, _LITTLE_ENDIAN, _PT_INTERP = b"\x7fELF", 2, 1, 3


def command_without_profile(program: Path) -> list[str]:
    """The first words of a command that runs a server program, by its loader where it has a profile."""
    loader = _loader(program) if _is_confined(program) else ""
    return [loader, str(program)] if loader else [str(program)]


def _is_confined(program: Path) -> bool:
    with suppress(OSError):
        if _ENABLED.read_text(encoding="ascii").strip() != "Y":
            return False
        name = str(program.resolve()).strip("/").replace("/", ".")
        if (_PROFILES / "disable" / name).exists():
            return False
        # Debian's profile of mariadbd is a file of comments.
        return bool(re.search(r"^[^#\n]*\{", (_PROFILES / name).read_text(encoding="utf-8"), re.MULTILINE))
    return False


def _loader(program: Path) -> str:
    """The program's dynamic loader, by its own header; empty for a script or another kind of file."""
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
