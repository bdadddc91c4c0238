"""What an engine and a container say, without either."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.login import LoginError
from ci_kit.mysql.container import server as docker_server
from ci_kit.mysql.container.engine import Container, require_engine
from ci_kit.mysql.container.server import DockerBooting, DockerServer, Instance
from tests.unit.support import console_text, make_host, make_settings, write


def test_an_engine_that_is_passed_over_is_named_with_its_reason(tmp_path: Path) -> None:
    engines = {
        "docker": "#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n",
        "podman": "#!/bin/sh\n",
    }
    for name in write(tmp_path, engines).iterdir():
        name.chmod(0o755)
    host = make_host({"PATH": str(tmp_path)})
    assert require_engine(host) == "podman"
    assert console_text(host) == "mysql      using podman; docker: Cannot connect to the Docker daemon\n"


@pytest.mark.parametrize(
    ("number", "what"), [(1045, "refuses root's first password"), (2003, "did not answer in 60 s")]
)
def test_a_container_that_refuses_its_login_is_told_from_one_that_does_not_answer(
    number: int, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*_: object, **__: object) -> None:
        raise LoginError(number, "what the server says")

    # An engine that reports a running container without a log.
    write(tmp_path, {"docker": "#!/bin/sh\n[ $1 = logs ] || echo running 0 false\n"})
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setattr(docker_server, "wait_for_login", answer)
    runner = Runner(make_host({"PATH": str(tmp_path)}))
    container = Container("docker", "name")
    instance = Instance(DockerServer(runner, make_settings(tmp_path), "password"), "token", container)
    root = Endpoint("127.0.0.1", 3306, "root", "password")
    with pytest.raises(UnavailableError, match=f"the server {what}"):
        DockerBooting(instance, root, "first password", ExitStack()).ready()
