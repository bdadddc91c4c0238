"""act runs the repository's own workflow, and small workflows as users write them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.action.conftest import Checkout
from tests.conftest import private_servers
from tests.support.workflow import WorkflowRun

OWN = ".github/workflows/ci.yml"


@pytest.fixture(scope="module", params=["mysqld", "mariadbd"], ids=["mysql", "mariadb"])
def own_run(
    request: pytest.FixtureRequest, checkout: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> WorkflowRun:
    """A run of the repository's own workflow. The machine has MySQL in one run, MariaDB in the other."""
    program: str = request.getfixturevalue(request.param)
    folder = tmp_path_factory.mktemp("server")
    (folder / "mysqld").symlink_to(program)
    return checkout.act(OWN, path=str(folder), job="test")


def test_the_workflow_succeeds(own_run: WorkflowRun) -> None:
    assert own_run.code == 0, own_run.log
    assert "Job succeeded" in own_run.log


def test_the_outputs_are_set(own_run: WorkflowRun) -> None:
    outputs = own_run.outputs
    assert outputs["outcome"] == "passed", own_run.log
    assert int(outputs["tests-collected"]) == int(outputs["tests-passed"]) > 0
    assert outputs["coverage-percent"] == "100.00"
    assert outputs["mysql-version"].split()[0] in ("MySQL", "MariaDB")


def test_the_summary_names_the_counts_and_the_server(own_run: WorkflowRun) -> None:
    assert "## Tests passed" in own_run.log
    assert f"- Server: `{own_run.outputs['mysql-version']}`" in own_run.log


def test_later_steps_get_the_time_zone_and_the_database(own_run: WorkflowRun) -> None:
    assert own_run.exported["TZ"] == "Asia/Seoul"
    assert own_run.exported["MYSQL_DATABASE"] == own_run.exported["MYSQL_DB"] == "meeting"
    found = own_run.later_step
    assert found["zone"] == "KST"
    assert found["server_hours"] == 9
    assert found["database"] == "meeting"
    assert own_run.outputs["mysql-version"].split()[1] in str(found["version"])


def test_the_password_is_masked_in_the_log(own_run: WorkflowRun) -> None:
    assert own_run.exported["MYSQL_PASSWORD"] == "***"


def test_no_server_is_left_at_the_end(own_run: WorkflowRun, checkout: Checkout) -> None:
    assert own_run.code == 0
    assert not private_servers(checkout.servers)


SMALL = """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - uses: ./
        id: ci-kit
        with:
          working-directory: small
          mysql: "off"
          python: {python}
          {inputs}
      - if: always()
        env:
          OUTPUTS: ${{{{ toJSON(steps.ci-kit.outputs) }}}}
        run: python3 small/later.py
"""


LATER = """\
import importlib.util, json, os
leaked = [name for name in ("PYTHONPATH", "PYTHONHOME") if name in os.environ]
leaked += ["ci_kit"] if importlib.util.find_spec("ci_kit") else []
print("later step:", json.dumps({"outputs": json.loads(os.environ["OUTPUTS"]), "leaked": leaked}))
"""


def small_run(checkout: Checkout, files: dict[str, str], inputs: str = "") -> WorkflowRun:
    """Run a workflow without a database on a project with these files."""
    folder = checkout.root / "small"
    for path in folder.glob("*"):
        path.unlink()
    folder.mkdir(exist_ok=True)
    for name, text in {"later.py": LATER, **files}.items():
        (folder / name).write_text(text, encoding="utf-8")
    workflow = checkout.root / "small.yml"
    workflow.write_text(SMALL.format(python=sys.executable, inputs=inputs), encoding="utf-8")
    return checkout.act(str(workflow))


def test_a_suite_without_tests_succeeds(checkout: Checkout) -> None:
    run = small_run(checkout, {"app.py": ""})
    assert run.code == 0, run.log
    assert run.outputs["outcome"] == "no-tests"


def test_a_failing_test_fails_the_job_and_is_in_the_summary(checkout: Checkout) -> None:
    run = small_run(checkout, {"test_it.py": "def test_it():\n    assert 1 == 2\n"})
    assert run.code != 0
    assert run.outputs["outcome"] == "failed"
    assert run.outputs["tests-failed"] == "1"
    assert "assert 1 == 2" in run.log
    assert "### Failures" in run.log


def test_a_wrong_input_is_an_error_without_a_traceback(checkout: Checkout) -> None:
    run = small_run(checkout, {"test_it.py": ""}, inputs='min-tests: "many"')
    assert run.code != 0
    assert run.outputs["outcome"] == "error"
    assert "min-tests is not valid: 'many'" in run.log
    assert "Traceback" not in run.log


def test_an_unknown_command_is_refused(checkout: Checkout) -> None:
    run = small_run(checkout, {}, inputs='command: "rm -rf /"')
    assert run.code != 0
    assert run.outputs["outcome"] == "error"
    assert "the input command is 'rm -rf /'" in run.log


def test_a_shell_never_runs_the_text_of_an_input(checkout: Checkout, tmp_path: Path) -> None:
    marker = tmp_path / "pwned"
    hostile = f"'\"; touch {marker}; $(touch {marker}) `touch {marker}`'"
    run = small_run(checkout, {"test_it.py": "def test_it(): pass\n"}, inputs=f"timezone: {hostile}")
    assert run.code != 0
    assert "unknown time zone" in run.log
    assert not marker.exists()


def test_later_steps_cannot_import_ci_kit(checkout: Checkout) -> None:
    run = small_run(checkout, {"test_it.py": "def test_it(): pass\n"})
    assert run.code == 0, run.log
    assert run.later_step["leaked"] == []


def test_the_log_of_act_has_the_groups_in_order(checkout: Checkout) -> None:
    files = {"test_it.py": "def test_it():\n    assert 1 == 2\n"}
    run = small_run(checkout, files, inputs="log-groups: tests coverage")
    parts = (
        "::group::Output of the tests",
        "assert 1 == 2",
        "::endgroup::",
        "::group::Coverage of each file",
    )
    places = [run.log.find(part) for part in (*parts, "TOTAL")]
    assert -1 not in places, run.log
    assert places == sorted(places)
    assert run.log.rfind("::endgroup::") > run.log.rfind("::group::")
