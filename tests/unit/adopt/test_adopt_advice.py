"""The mistakes that adopt names, with their lines."""

from __future__ import annotations

import pytest

from tests.unit.adopt.workflows import adopt, job, told


@pytest.mark.parametrize(
    ("step", "advice"),
    [
        ("ls\npoetry run ruff check --select I --fix", "line 8: a linter with --fix"),
        ('echo "$HOME/.poetry/bin" >> $GITHUB_PATH', "line 7: ~/.poetry/bin does not exist"),
        ("echo x >> %GITHUB_PATH", "line 7: %GITHUB_PATH is the form of Windows"),
        ("mysql -uroot -proot -e 'SELECT 1'", "line 7: a password in the arguments"),
        ("N=$(pytest --collect-only -q 2>/dev/null | grep -c '::' || true)", "line 7: a conftest.py that"),
        ("poetry install", "line 7: Poetry 2 fails here"),
        ("run: ls\nenv: {PASSWORD: 0000}", "line 7: PASSWORD: 0000 is a number, and arrives as 0"),
    ],
)
def test_a_mistake_is_named_with_its_line(step: str, advice: str) -> None:
    found = told(adopt(job(step)))
    assert advice in found


@pytest.mark.parametrize(
    "step",
    [
        "ruff check .",
        "# ruff check --fix",
        'echo "$HOME/.local/bin" >> $GITHUB_PATH',
        "sudo mysql -e 'SELECT 1'",
        "pytest --collect-only",
        "poetry install --no-root",
        "pipx install poetry==1.8.5\npoetry install",
        "run: ls\nenv: {PASSWORD: '0000', PORT: 3306}",
    ],
)
def test_what_is_right_gets_no_advice(step: str) -> None:
    assert "advice" not in told(adopt(job(step)))


def test_the_env_of_another_job_is_named() -> None:
    lint = "  lint:\n    runs-on: x\n    env: {MYSQL_HOST: a, MYSQL_DB: b}\n    steps: [{run: ls}]\n"
    found = told(adopt(job("pytest") + lint))
    assert "the job lint has MYSQL_HOST, MYSQL_DB in env, and the tests run in test" in found
