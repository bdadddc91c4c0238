"""What a public text hides: ci-kit's own secrets, and what looks like a secret of the job.

The runner masks the job's secrets in its log and on its pages. It does not see what ci-kit sends to GitHub's
API, and it does not tell its secrets to a step. The variables of the step have most of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ci_kit.host.machine import Host
from ci_kit.redaction import Redactor

SHORTEST = 8
"""In characters. A shorter value is often an ordinary word, such as root or test."""

_SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|(^|_)(AUTH|COOKIE|DSN|KEY|PASS|PRIVATE|PW|PWD)(_|$)",
    re.IGNORECASE,
)
# The current folder of a shell.
_FOLDERS = ("PWD", "OLDPWD")
_PASSWORD_OF_URL = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")


def public_redactor(host: Host) -> Redactor:
    """A redactor for texts that everybody can read."""
    return host.redactor.hiding(hidden_values(host.environ))


def hidden_values(environ: Mapping[str, str]) -> Iterator[str]:
    """The values of variables whose names are those of secrets, each line, and the passwords of URLs."""
    for name, value in environ.items():
        found = _PASSWORD_OF_URL.findall(value)
        if _SECRET_NAME.search(name) and name not in _FOLDERS:
            found += [value, *value.splitlines()]
        yield from (text.strip() for text in found if len(text.strip()) >= SHORTEST)
