"""TLS of a private server: the files for clients, and certificates that do not work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ci_kit.errors import UsageError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint
from tests.conftest import CiKit, assert_in_order, servers_folder
from tests.mysql.conftest import CONNECT, Project
from tests.support.private_server import private, run, running

NAMES = ("ca.pem", "server-cert.pem", "server-key.pem", "client-key.pem")
OWN = "ssl-ca=certs/ca.pem ssl-cert=certs/server-cert.pem ssl-key=certs/server-key.pem"
ENCRYPTED = "SHOW SESSION STATUS LIKE 'Ssl_cipher'"


@pytest.fixture(scope="module")
def certificates(host: Host, mysqld: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate authority, a certificate with its key, and a key of another certificate."""
    folder = tmp_path_factory.mktemp("made")
    with running(private(host, folder, mysqld)) as login:
        for name in NAMES:
            shutil.copy(Path(login.tls.ca).parent / name, folder / name)
            # The user that runs the server reads them.
            (folder / name).chmod(0o644)
    return folder


@pytest.fixture
def folder(certificates: Path) -> Iterator[Path]:
    """A project with these files in the folder ``certs``, which the server's user can enter."""
    with servers_folder() as project:
        shutil.copytree(certificates, project / "certs")
        (project / "certs").chmod(0o755)
        yield project


def cipher(login: Endpoint) -> str:
    """The cipher of a login with the files for clients; empty without TLS."""
    given: dict[str, Any] = {"ssl_ca": login.tls.ca, "ssl_cert": login.tls.cert, "ssl_key": login.tls.key}
    return str(run(login, ENCRYPTED, **given)[0][1])


def test_a_client_logs_in_with_the_files_that_mysql_makes(host: Host, mysqld: str, tmp_path: Path) -> None:
    with running(private(host, tmp_path, mysqld)) as login:
        assert cipher(login)


def test_a_client_logs_in_with_the_files_of_the_project(host: Host, server: str, folder: Path) -> None:
    with running(private(host, folder, server, mysql_settings=OWN)) as login:
        assert login.tls.ca == str(folder / "certs/ca.pem")
        assert cipher(login)
        path = Path(str(run(login, "SELECT @@ssl_cert")[0][0]))
        assert path == folder / "certs/server-cert.pem"


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("ssl-ca=certs/none.pem", "no such file: {}/certs/none.pem"),
        ("ssl-cert=/nonexistent/c.pem ssl-key=certs/server-key.pem", "no such file: /nonexistent/c.pem"),
        ("ssl-cert=certs/secret.pem ssl-key=certs/server-key.pem", "cannot read {}/certs/secret.pem"),
        ("ssl-cert=certs/server-cert.pem ssl-key=certs/client-key.pem", "the server cannot set up TLS"),
        ("ssl-ca=certs/text.pem", "the server cannot set up TLS"),
        ("ssl-cert=certs/text.pem ssl-key=certs/server-key.pem", "the server cannot set up TLS"),
    ],
)
def test_a_certificate_that_does_not_work_is_one_error(
    host: Host, server: str, folder: Path, lines: str, what: str
) -> None:
    (folder / "certs/text.pem").write_text("not a certificate\n")
    (folder / "certs/secret.pem").write_text("")
    (folder / "certs/secret.pem").chmod(0o000)
    with pytest.raises(UsageError) as caught, running(private(host, folder, server, mysql_settings=lines)):
        pass
    assert caught.value.what == what.format(folder)
    assert "came from --mysql-settings" in caught.value.why
    if what.startswith("the server"):
        assert any("SSL" in line for line in caught.value.details)


def test_a_server_without_tls_is_an_error_if_the_tests_need_its_files(
    host: Host, mariadbd: str, tmp_path: Path
) -> None:
    flags = ({"variables": "DB_CA=tls-ca"}, {"env": "OPTIONS=ca={tls-ca}"}, {"pytest_args": "--ca={tls-ca}"})
    for given in flags:
        server = private(host, tmp_path, mariadbd, mysql_settings="skip-ssl", **given)
        with pytest.raises(UsageError, match="the server has no TLS") as caught, running(server):
            pass
        assert "needs it" in caught.value.why


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("name", ["", "a."])
@pytest.mark.parametrize("place", ["env", "pytest-args", "the words after --", "a template"])
def test_each_text_of_a_run_may_need_tls(
    place: str, name: str, ci_kit: CiKit, project: Project, mariadbd: str
) -> None:
    text = f"{{{name}tls-ca}}"
    lines = {
        "env": f'env = {{ CA = "{text}" }}',
        "pytest-args": f'pytest-args = ["--ca={text}"]',
        "a template": 'files = { "my.cnf" = "my.cnf.in" }',
    }
    server = f'mysqld = "{mariadbd}"'
    settings = f"[tool.ci-kit]\n{server}\n{lines.get(place, '')}\n[tool.ci-kit.servers.a]\n{server}\n"
    project({"pyproject.toml": settings, "my.cnf.in": f"ca={text}\n", "test_a.py": "def test_a(): ...\n"})
    words = ["--", f"--ca={text}"] if place == "the words after --" else []
    answer = ci_kit("run", *words, code=64)
    assert f"the placeholder {text} needs it" in answer.stderr
    assert f"{'server a: ' if name else ''}the server has no TLS" in answer.stderr


USES = {
    "pyproject.toml": """\
        [tool.ci-kit]
        coverage = false
        variables = { DB_CA = "tls-ca", DB_CERT = "tls-cert", DB_KEY = "tls-key" }
        """,
    "rows.py": CONNECT,
    "test_tls.py": """\
        import os
        from rows import rows

        def test_the_files_lead_to_tls():
            names = {"ssl_ca": "DB_CA", "ssl_cert": "DB_CERT", "ssl_key": "DB_KEY"}
            files = {key: os.environ[name] for key, name in names.items()}
            assert rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'", **files)[0][1]
        """,
}


@pytest.mark.usefixtures("nothing_left")
def test_the_tests_find_the_files_in_variables(ci_kit: CiKit, project: Project, mysqld: str) -> None:
    project(USES)
    ci_kit("run", "--mysqld", mysqld, code=0)
    ci_kit("mysql", "up", "--mysqld", mysqld, code=0)
    try:
        exported = ci_kit("mysql", "env", code=0).stdout
        path = next(line for line in exported.splitlines() if line.startswith("export DB_CA="))
        assert Path(path.partition("=")[2]).read_text().startswith("-----BEGIN CERTIFICATE-----")
    finally:
        ci_kit("mysql", "down", code=0)


@pytest.mark.usefixtures("nothing_left")
def test_a_key_of_another_certificate_leaves_nothing(
    ci_kit: CiKit, project: Project, server: str, folder: Path
) -> None:
    project({"test_it.py": "def test_it(): pass\n"})
    lines = f"ssl-cert={folder}/certs/server-cert.pem ssl-key={folder}/certs/client-key.pem"
    answer = ci_kit("run", "--mysqld", server, "--mysql-settings", lines, code=64)
    assert_in_order(answer.stderr, ["the server cannot set up TLS", "--mysql-settings", "       | ", "do:"])
    assert "Traceback" not in answer.stderr
