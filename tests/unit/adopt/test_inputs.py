"""The inputs of the action that become of a job."""

from __future__ import annotations

import pytest

from tests.unit.adopt.workflows import adopt, inputs, inputs_of, job, steps_of, told

START = "sudo systemctl start mysql"
CREATE = "mysql -uroot -proot -e 'CREATE DATABASE shop'"
UTC = {"timezone": "UTC"}
PLAIN = {**UTC, "coverage": "false"}
ROOT = "env: {MYSQL_USER: root, MYSQL_PASSWORD: root, MYSQL_DATABASE: shop}"


def test_what_the_action_reads_from_env_needs_no_input() -> None:
    assert inputs(START, CREATE, "pytest", head=ROOT) == PLAIN


def test_without_a_server_the_action_starts_none() -> None:
    assert inputs("pytest") == {**PLAIN, "mysql": "off"}


def test_what_only_the_commands_say_becomes_an_input() -> None:
    password = "mysql -uroot -proot -e \"ALTER USER root@localhost IDENTIFIED BY 'x y'\""
    assert inputs(START, password, CREATE, "pytest") == {**PLAIN, "mysql-password": "x y", "database": "shop"}


def test_the_password_of_the_runner_s_root_is_an_input_if_env_does_not_have_it() -> None:
    assert inputs(START, "pytest") == {**PLAIN, "mysql-password": "root"}


def test_a_user_of_the_tests_is_an_input() -> None:
    sql = "CREATE USER a@localhost IDENTIFIED BY 'b'; GRANT ALL ON *.* TO a@localhost"
    found = inputs(START, f'sudo mysql -e "{sql}"', "pytest")
    assert found == {**PLAIN, "mysql-user": "a", "mysql-password": "b"}


def test_a_secret_stays_an_expression() -> None:
    sql = "mysql -uroot -proot -e \"ALTER USER root@localhost IDENTIFIED BY '${{ secrets.PW }}'\""
    assert inputs(START, sql, "pytest") == {**PLAIN, "mysql-password": "${{ secrets.PW }}"}


def test_other_names_of_variables_are_told_to_the_action() -> None:
    head = "env: {DB_HOST: localhost, DB_PORT: 3306, DB_NAME: shop, DB_PASSWORD: root, DB_POOL: 5}"
    assert inputs(START, CREATE, "pytest", head=head) == {
        **PLAIN,
        "mysql-password": "${{ env.DB_PASSWORD }}",
        "database": "${{ env.DB_NAME }}",
        "variables": "DB_HOST=host DB_PORT=port DB_NAME=database DB_PASSWORD=password",
    }


def test_a_variable_with_another_value_is_not_a_part_of_the_login() -> None:
    head = "env: {DB_HOST: replica.example.org, DB_PASSWORD: other}"
    assert "variables" not in inputs(START, CREATE, "pytest", head=head)


def test_a_url_of_another_name_is_told_to_the_action() -> None:
    head = "env: {SQLALCHEMY_URL: mysql+pymysql://root:root@127.0.0.1/shop}"
    assert inputs(START, CREATE, "pytest", head=head)["variables"] == "SQLALCHEMY_URL=url"


def test_more_databases_and_their_form_become_inputs() -> None:
    sql = "mysql -uroot -proot -e 'CREATE DATABASE a CHARSET latin1; CREATE DATABASE b CHARSET latin1'"
    found = inputs(START, sql, "pytest", head="env: {MYSQL_DATABASE: b, MYSQL_PASSWORD: root}")
    assert found == {**PLAIN, "extra-databases": "a", "charset": "latin1"}


def test_settings_of_the_server_and_files_become_inputs() -> None:
    values = "SET GLOBAL sql_mode='', GLOBAL max_connections=9; SET GLOBAL time_zone='+9:00'"
    sql = f'mysql -uroot -proot -e "{values}"'
    run = {"run": "mysql -uroot -proot shop < db/a.sql", "working-directory": "api"}
    text = "\n".join(f"{name}: {value}" for name, value in run.items())
    found = inputs(START, CREATE, sql, text, "pytest", head=ROOT)
    assert found == {
        **PLAIN,
        "sql-mode": "none",
        "mysql-settings": "max_connections=9",
        "init-sql": "api/db/a.sql",
    }


@pytest.mark.parametrize(
    ("head", "zone"),
    [("", "UTC"), ("env: {TZ: Asia/Tokyo}", "Asia/Tokyo"), ("env: {TZ: ':Asia/Tokyo'}", "Asia/Tokyo")],
)
def test_the_zone_is_that_of_the_tests(head: str, zone: str) -> None:
    assert inputs("pytest", head=head)["timezone"] == zone


def test_the_zone_of_an_action_or_of_a_command_becomes_an_input() -> None:
    action = "uses: szenius/set-timezone@v2.0\nwith: {timezoneLinux: Asia/Seoul}"
    assert inputs(action, "pytest")["timezone"] == "Asia/Seoul"
    assert (
        inputs("sudo timedatectl set-timezone ${{ vars.ZONE }}", "pytest")["timezone"] == "${{ vars.ZONE }}"
    )


SERVICE = """
services:
  db:
    image: {image}
    env: {{{env}}}
    ports: ["{port}:3306"]
"""


@pytest.mark.parametrize(
    ("image", "env", "port", "expected"),
    [
        (
            "mysql:8.0",
            "MYSQL_ROOT_PASSWORD: a",
            "3306",
            {"mysql-version": "8.0", "mysql-port": "3306", "mysql-password": "a"},
        ),
        (
            "mariadb:11",
            "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: 1",
            "3307",
            {"mysql-version": "mariadb-11", "mysql-port": "3307", "empty-password": "true"},
        ),
        (
            "mysql",
            "MYSQL_USER: u, MYSQL_PASSWORD: p, MYSQL_DATABASE: d",
            "3306",
            {
                "mysql-version": "mysql",
                "mysql-port": "3306",
                "mysql-user": "u",
                "mysql-password": "p",
                "database": "d",
            },
        ),
        (
            "'mysql:${{ matrix.db }}'",
            "MYSQL_ROOT_PASSWORD: root",
            "3306",
            {"mysql-version": "${{ matrix.db }}", "mysql-port": "3306", "mysql-password": "root"},
        ),
    ],
)
def test_a_service_container_becomes_inputs(
    image: str, env: str, port: str, expected: dict[str, str]
) -> None:
    adoption = adopt(job("sleep 20", "pytest", head=SERVICE.format(image=image, env=env, port=port)))
    assert inputs_of(adoption) == {**PLAIN, **expected}
    assert "services" not in adoption.after
    assert "sleep" not in adoption.after


def test_other_services_stay_with_a_pause_that_may_be_theirs() -> None:
    head = (
        SERVICE.format(image="mysql:8", env="MYSQL_ROOT_PASSWORD: a", port="3306")
        + "  redis: {image: redis}\n"
    )
    adoption = adopt(job("sleep 20", "pytest", head=head))
    assert "services:\n      redis: {image: redis}\n" in adoption.after
    assert "sleep 20" in adoption.after


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ("coverage run -m pytest -q", {"pytest-args": "-q"}),
        (
            "pytest -k 'a or b' --x={host} -m \"${{ matrix.m }}\" ${{ matrix.args }}",
            {
                "pytest-args": "-k 'a or b' '--x={{host}}' -m '${{ matrix.m }}' ${{ matrix.args }}",
                "coverage": "false",
            },
        ),
        (
            "coverage run -m pytest\ncoverage report --fail-under=80\ncoverage xml",
            {"fail-under": "80", "coverage-xml": "coverage.xml"},
        ),
        ("pytest --cov=app", {"pytest-args": "--cov=app"}),
        (
            "pytest tests/a\npytest tests/b",
            {"test-command": "pytest tests/a\npytest tests/b\n", "coverage": "false"},
        ),
        ("coverage run manage.py test", {"test-command": "python manage.py test"}),
        ("python -m unittest", {"test-command": "python -m unittest", "coverage": "false"}),
        ("if ! ls tests/test_*.py; then exit 1; fi\npytest", {"min-tests": "1", "coverage": "false"}),
        ("pytest || [ $? -eq 5 ]", {"coverage": "false"}),
        ("[ -d tests ] && pytest", {"coverage": "false"}),
        ("cd app\ncd api\npytest", {"working-directory": "app/api", "coverage": "false"}),
    ],
)
def test_the_tests_become_inputs(tests: str, expected: dict[str, str]) -> None:
    assert inputs(tests) == {**UTC, "mysql": "off", **expected}


def test_tests_that_run_twice_run_once_and_are_measured() -> None:
    adoption = adopt(job("pytest -v", "coverage run -m pytest", "coverage report"))
    assert inputs_of(adoption) == {**UTC, "mysql": "off"}
    assert "the tests ran twice, at the lines 7, 9" in told(adoption)


def test_failures_that_left_the_job_green_still_do() -> None:
    adoption = adopt(job("pytest || true"))
    assert "continue-on-error: true" in adoption.after
    assert "failed tests left the job green" in told(adoption)
    once = adopt(job("continue-on-error: true\nrun: pytest || true"))
    assert once.after.count("continue-on-error") == 1
    assert "continue-on-error" not in adopt(job("pytest || exit 1")).after


def test_tests_before_and_after_the_server_run_where_the_last_ones_did() -> None:
    adoption = adopt(job("pytest a", START, CREATE, "name: More\nrun: pytest b", "ls", head=ROOT))
    assert inputs_of(adoption) == {**PLAIN, "test-command": "pytest a\npytest b\n"}
    assert [one.get("name") for one in steps_of(adoption)] == ["More", None]


@pytest.mark.parametrize(
    ("steps", "head", "why"),
    [
        (["pytest | tee log"], "", "pipe"),
        (["coverage run --source=app -m pytest"], "", "[tool.coverage.run]"),
        (["pytest a", "python -m x", "pytest b"], "", "other commands are between them"),
        (["if: a\nrun: pytest a", "pytest b"], "", "has another condition"),
        (["env: {A: b}\nrun: pytest a", "pytest b"], "", "has another env"),
        (["export A=b\npytest"], "", "exports A"),
        (["set +e\npytest\nls"], "", "goes on if they fail"),
        (["uv run pytest"], "", "uv sync"),
        (["pytest\n./tell.sh $?"], "", "needs a variable of the script"),
        (["A=b\npytest\n./tell.sh ${A}"], "", "needs a variable of the script"),
        (["pytest\n./tell.sh\npytest b"], "", "between the tests"),
        (["pytest && ./tell.sh"], "", "a line has the tests and other commands"),
        (["run: pytest && ./tell.sh"], "", "not a block"),
        (["run: pytest\nwith: {a: b}"], "", "beside `run`"),
        (["pytest"], "container: python:3.13", "in a container"),
        (["cd ..\npytest"], "", "outside the repository"),
        (["case x in x) pytest;; esac"], "", "not supported"),
        (
            ["sudo timedatectl set-timezone Asia/Seoul", "pytest"],
            "env: {TZ: UTC}",
            "Asia/Seoul and TZ is UTC",
        ),
    ],
)
def test_a_job_whose_tests_cannot_be_replaced_stays_as_it_is(steps: list[str], head: str, why: str) -> None:
    adoption = adopt(job(START, *steps, head=head))
    assert not adoption.changed
    assert why in told(adoption)


@pytest.mark.parametrize("system", ["windows-latest", "macos-14", "[self-hosted, linux]"])
def test_a_job_on_another_system_stays_as_it_is(system: str) -> None:
    adoption = adopt(job(START, "pytest").replace("ubuntu-latest", system))
    assert not adoption.changed
    assert "runs on" in told(adoption) or "self-hosted" in told(adoption)


@pytest.mark.parametrize(
    ("between", "mysql", "why"),
    [
        ("alembic upgrade head", "service", "may need the server"),
        ("uses: x/run-migrations@v1", "service", "may need the server"),
        ("mysql -uroot -proot -e 'CREATE TABLE shop.x (y INT)'", "off", "CREATE TABLE"),
        ("sudo cp my.cnf /etc/mysql/conf.d/", "off", "my.cnf"),
        ("if: a\nrun: sudo service mysql restart", "off", "the condition a"),
        ('mysql -uroot -proot -e "CREATE DATABASE ${{ env.X }}"', "off", "sets no X"),
    ],
)
def test_a_server_that_must_start_early_or_is_not_understood_stays(
    between: str, mysql: str, why: str
) -> None:
    adoption = adopt(job(START, CREATE, between, "pytest", head=ROOT))
    assert inputs_of(adoption) == {**PLAIN, "mysql": mysql}
    assert why in told(adoption)
    assert START in adoption.after
    assert CREATE in adoption.after


def test_the_zone_stays_too_if_the_server_takes_it_from_the_machine() -> None:
    zone = "sudo timedatectl set-timezone Asia/Seoul"
    stays = adopt(job(zone, START, "mysql -uroot -e 'CREATE TABLE x (y INT)'", "pytest"))
    assert zone in stays.after
    goes = adopt(job(zone, START, "alembic upgrade head", "pytest", head=ROOT))
    assert zone not in goes.after
    assert inputs_of(stays)["timezone"] == inputs_of(goes)["timezone"] == "Asia/Seoul"


def test_a_variable_that_another_job_has_is_named_with_its_line() -> None:
    lint = "  lint:\n    runs-on: x\n    env:\n      MYSQL_DATABASE: a\n    steps: [{run: ls}]\n"
    text = job(START, "mysql -e 'CREATE DATABASE ${{ env.MYSQL_DATABASE }}'", "pytest") + lint
    assert "the env of the job lint has it, line 15: move it" in told(adopt(text))
