"""What an engine and a container say, without either."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.mysql.client.login import LoginError
from ci_kit.mysql.container import server as docker_server
from ci_kit.mysql.container.engine import require_engine
from ci_kit.mysql.container.server import DockerServer
from tests.unit.making import make_host, make_settings, said, write


def test_an_engine_that_is_passed_over_is_named_with_its_reason(tmp_path: Path) -> None:
    engines = {
        "docker": "#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n",
        "podman": "#!/bin/sh\n",
    }
    for name in write(tmp_path, engines).iterdir():
        name.chmod(0o755)
    host = make_host({"PATH": str(tmp_path)})
    assert require_engine(host) == "podman"
    assert said(host) == "mysql      podman is taken; docker: Cannot connect to the Docker daemon\n"


@pytest.mark.parametrize(
    ("number", "what"), [(1045, "refuses root's first password"), (2003, "did not answer in 60 s")]
)
def test_a_container_that_refuses_its_login_is_told_from_one_that_does_not_answer(
    number: int, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*_: object, **__: object) -> None:
        raise LoginError(number, "what the server says")

    monkeypatch.setattr(docker_server, "wait_for_login", answer)
    with pytest.raises(UnavailableError, match=f"the server {what}"):
        DockerServer(make_host(), make_settings(tmp_path), "password").ready()
