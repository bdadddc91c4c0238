"""What single commands do."""

from __future__ import annotations

import pytest

from ci_kit.adopt.recognise.effects import (
    Account,
    Activate,
    Assign,
    Container,
    Count,
    CoverageReport,
    Database,
    Effect,
    ExitCode,
    Export,
    Folder,
    Harmless,
    Neutral,
    ServerSetting,
    ServerStart,
    Sql,
    SqlFile,
    TestRun,
    Unknown,
    Wait,
    Zone,
)
from ci_kit.adopt.recognise.images import version_of_image
from ci_kit.adopt.recognise.sql import UnknownSqlError, sql_effects
from ci_kit.adopt.recognise.table import ROWS, recognise
from ci_kit.adopt.script.reader import read_script
from ci_kit.adopt.values import Expressions, Scope

ENV = {"PW": "pass word", "DB": "shop", "MYSQL_HOST": "db.local", "MYSQL_PORT": "3310"}


def effect_of(command: str) -> Effect | None:
    (statement,) = read_script(command)
    (pipeline,) = statement.pipelines
    return recognise(pipeline, Scope(Expressions(), ENV, {"N": "\0count", "code": "\0code"}))[1]


@pytest.mark.parametrize(
    ("command", "effect"),
    [
        ("sudo rm -f /etc/localtime", Zone("")),
        ("sudo ln -sf /usr/share/zoneinfo/Asia/Seoul /etc/localtime", Zone("Asia/Seoul")),
        ("ln -snf '/usr/share/zoneinfo/UTC' /etc/localtime", Zone("UTC")),
        ("sudo timedatectl set-timezone 'Asia/Tokyo'", Zone("Asia/Tokyo")),
        ("echo Asia/Seoul | sudo tee /etc/timezone", Zone("Asia/Seoul")),
        ("sudo dpkg-reconfigure -f noninteractive tzdata", Zone("")),
        ("timedatectl", Neutral()),
        ("sudo systemctl start mysql", ServerStart("mysql")),
        ("sudo systemctl enable --now mariadb.service", ServerStart("mariadb")),
        ("sudo service mysql restart", ServerStart("mysql")),
        ("sudo /etc/init.d/mysql start", ServerStart("mysql")),
        ("sudo systemctl status mysql", Neutral()),
        ("until mysqladmin ping -h 127.0.0.1 --silent; do sleep 1; done", Wait()),
        ("for i in $(seq 30); do nc -z localhost 3306 && break; sleep 1; done", Wait()),
        ("while ! mysql -uroot -proot -e 'SELECT 1'; do echo .; sleep 2; done", Wait()),
        ("timeout 60 bash -c 'until echo > /dev/tcp/127.0.0.1/3306; do sleep 1; done'", Wait()),
        ("dockerize -wait tcp://localhost:3306 -timeout 1m", Wait()),
        ("./wait-for-it.sh 127.0.0.1:3310 -t 60", Wait()),
        ("sleep 15", Wait(sure=False)),
        ("while ! nc -z localhost 6379; do sleep 1; done", Harmless()),
        ("mysqladmin -uroot -proot create shop", Sql((Database("shop"),))),
        ("mysqladmin -u root -proot password 'x y'", Sql((Account("root", "x y"),))),
        ("mysql -uroot -p\"$PW\" -e 'CREATE DATABASE x'", Sql((Database("x"),))),
        ('mysql -uroot -proot -e "CREATE DATABASE $DB;" -sN', Sql((Database("shop"),))),
        ("mysql --user root --execute='FLUSH PRIVILEGES'", Sql((Neutral(),))),
        ("echo 'CREATE DATABASE x' | mysql -uroot", Sql((Database("x"),))),
        ("mysql -uroot <<< 'CREATE DATABASE x'", Sql((Database("x"),))),
        ("mysql -uroot -proot shop < db/schema.sql", Sql((SqlFile("db/schema.sql", "shop"),))),
        ("cat a.sql | mysql -uroot shop", Sql((SqlFile("a.sql", "shop"),))),
        ("mysql -h \"$MYSQL_HOST\" -uroot -e 'use x'", Sql((Neutral(),))),
        (
            "docker run -d --name db -e MYSQL_ROOT_PASSWORD=a -p 3307:3306 mysql:8.0",
            Container("8.0", {"MYSQL_ROOT_PASSWORD": "a"}, "3307"),
        ),
        ("N=$(pytest --collect-only -q | grep -c '::' || true)", Assign("N", "\0count")),
        ("if [ $N -eq 0 ]; then echo none; exit 0; fi", Count()),
        ("if [ $N -eq 0 ]; then echo none; exit 1; fi", Count(empty_fails=True)),
        ("code=$?", Assign("code", "\0code")),
        ("if [ $code -eq 5 ]; then exit 0; fi", ExitCode()),
        ("exit $code", ExitCode()),
        ("poetry run coverage run -m pytest -q", TestRun(("pytest", "-q"), "coverage")),
        (
            "python -m coverage run --source app -m pytest",
            TestRun(("pytest",), "coverage", ("--source=app",)),
        ),
        ("uv run --frozen pytest --cov", TestRun(("pytest", "--cov"), "pytest-cov")),
        (".venv/bin/python3.12 -m pytest tests", TestRun(("pytest", "tests"))),
        ("python manage.py test app", TestRun(("python", "manage.py", "test", "app"))),
        ("coverage run manage.py test", TestRun(("python", "manage.py", "test"), "coverage")),
        ("python -m unittest -v", TestRun(("python", "-m", "unittest", "-v"))),
        ("coverage report -m --fail-under 80", CoverageReport({"fail-under": "80"})),
        ("poetry run coverage xml -o out/c.xml", CoverageReport({"coverage-xml": "out/c.xml"})),
        ("coverage html -d site", CoverageReport({"coverage-html": "site"})),
        ("coverage combine", CoverageReport()),
        ("cd src/server", Folder("src/server")),
        ("source .venv/bin/activate", Activate()),
        ("set -euxo pipefail", Activate()),
        ("X=1", Assign("X", "1")),
        ("export X='a b'", Assign("X", "a b", exported=True)),
        ('echo "A=b c" >> "$GITHUB_ENV"', Export("A", "b c")),
        ("echo done", Neutral()),
        ("echo done > file", Harmless()),
        ("pip install mysqlclient", Harmless()),
        ("curl -sSL https://example.org/install.py | python3 - --version 1.8.5", Harmless()),
        ("poetry run ruff check . --fix", Harmless()),
        ("python -m app.migrate", None),
        ("if find . -name '*.pyc' -delete; then echo x; fi", None),
    ],
)
def test_a_command_has_its_effect(command: str, effect: Effect | None) -> None:
    assert effect_of(command) == effect


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("mysql -uroot -e 'CREATE TABLE x (y INT)'", "CREATE TABLE"),
        ("mysql -h prod.example.org -uroot -e 'CREATE DATABASE x'", "another host"),
        ('mysql -uroot -e "CREATE DATABASE $UNSET"', "$UNSET has no value"),
        ("mysql -uroot -p$PW -e 'CREATE DATABASE x'", "$PW has no value"),
        ("mysql -uroot -e 'SHOW TABLES' > tables.txt", "kept in a file"),
        ("mysql --defaults-file=my.cnf -e 'CREATE DATABASE x'", "option of the client"),
        ("generate | mysql -uroot", "comes from another command"),
        ("mysql -uroot shop", "gets no SQL"),
        ("docker run -d mysql:8 --sql-mode=ANSI", "gets arguments"),
        ("docker run -d bitnami/mysql:8", "not an official one"),
        ("docker run -d --network host mysql:8", "--network"),
        ("docker compose up -d", "compose.yml"),
        ("sudo cp my.cnf /etc/mysql/conf.d/", "my.cnf"),
        ("coverage report --omit x/*", "no known value"),
        ("coverage report --omit x", "--omit"),
        ("make test", "make may run tests"),
        ("tox -e py313", "tox may run tests"),
        ("bash scripts/ci.sh", "does not read it"),
    ],
)
def test_a_command_that_is_not_understood_has_a_reason(command: str, why: str) -> None:
    effect = effect_of(command)
    assert isinstance(effect, Unknown)
    assert why in effect.why


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("pytest | tee log", "pipe"),
        ("pytest > log", "goes to log"),
        ("! pytest", "inverted"),
        ("X=1 pytest", "variables of its own"),
        ("pytest tests/test_*.py", "pattern"),
        ("pytest $(cat list)", "variable"),
        ("sudo pytest", "root"),
        ("pytest < answers", "input"),
    ],
)
def test_tests_that_only_a_shell_can_start_have_a_problem(command: str, problem: str) -> None:
    effect = effect_of(command)
    assert isinstance(effect, TestRun)
    assert problem in effect.problem


@pytest.mark.parametrize(
    ("sql", "effects"),
    [
        ("create schema if not exists `a b` default charset = latin1", [Database("a b", "latin1")]),
        (
            "CREATE DATABASE x CHARACTER SET utf8mb4 COLLATE 'utf8mb4_bin'",
            [Database("x", "utf8mb4", "utf8mb4_bin")],
        ),
        ("ALTER USER 'root'@'localhost' IDENTIFIED BY 'it''s; \\'x\\''", [Account("root", "it's; 'x'")]),
        ('ALTER USER root@localhost IDENTIFIED WITH caching_sha2_password BY "p"', [Account("root", "p")]),
        (
            "CREATE USER IF NOT EXISTS a@'%' IDENTIFIED BY 'b', c IDENTIFIED BY 'd'",
            [Account("a", "b"), Account("c", "d")],
        ),
        ("ALTER USER CURRENT_USER() IDENTIFIED BY 'p'", [Account("root", "p")]),
        ("CREATE USER a@b IDENTIFIED VIA mysql_native_password USING PASSWORD('p')", [Account("a", "p")]),
        ("GRANT ALL PRIVILEGES ON `x`.* TO 'a'@'%' WITH GRANT OPTION; -- end", [Account("a", None)]),
        ("GRANT ALL ON x.* TO a@b IDENTIFIED BY 'p'", [Account("a", "p")]),
        ("SET PASSWORD FOR 'a'@'b' = PASSWORD('p')", [Account("a", "p")]),
        ("SET PASSWORD = 'p'", [Account("root", "p")]),
        ("SET GLOBAL a=1, GLOBAL sql_mode := ''", [ServerSetting("a", "1"), ServerSetting("sql_mode", "")]),
        ("/* x; y */ USE x; SELECT 1; # z\nSHOW DATABASES", [Neutral()] * 3),
        ("DROP DATABASE IF EXISTS x; source a/b.sql", [Neutral(), SqlFile("a/b.sql")]),
        (";;", []),
    ],
)
def test_statements_have_their_effects(sql: str, effects: list[object]) -> None:
    assert list(sql_effects(sql)) == effects


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("INSERT INTO x VALUES (1)", "INSERT INTO x"),
        ("DROP DATABASE x", "DROP DATABASE"),
        ("ALTER USER root@localhost IDENTIFIED WITH mysql_native_password BY 'p'", "mysql_native_password"),
        ("GRANT SELECT, INSERT ON x.* TO a", "gives only SELECT, INSERT"),
        ("CREATE DATABASE x ENCRYPTION 'Y'", "ENCRYPTION"),
        ("CREATE DATABASE", "ends too early"),
        ("CREATE USER a IDENTIFIED BY 'b' REQUIRE SSL", "SSL"),
    ],
)
def test_other_statements_are_not_understood(sql: str, reason: str) -> None:
    with pytest.raises(UnknownSqlError) as caught:
        list(sql_effects(sql))
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("mysql:8.0", "8.0"),
        ("mysql", "mysql"),
        ("mysql:latest", "mysql"),
        ("docker.io/library/mysql:9", "9"),
        ("mysql:8.0.36-debian", "8.0.36"),
        ("mariadb:10.11-jammy", "mariadb-10.11"),
        ("mariadb", "mariadb"),
        ("mysql:innovation", ""),
        ("percona:8", ""),
        ("ghcr.io/x/mysql:8", ""),
    ],
)
def test_an_image_is_a_version(image: str, version: str) -> None:
    assert version_of_image(image) == version


def test_each_row_of_the_table_recognises_something() -> None:
    commands = (
        "rm /etc/localtime",
        "service mysql start",
        "sleep 1",
        "mysql -e 'use x'",
        "docker run mysql",
        "N=$(ls | wc -l)",
        "pytest",
        "coverage report",
        "cd x",
        "ls",
    )
    (pipelines,) = zip(*(read_script(one)[0].pipelines for one in commands), strict=True)
    found = [recognise(pipeline, Scope(Expressions()))[0] for pipeline in pipelines]
    assert found == list(ROWS)
