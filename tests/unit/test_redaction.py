"""Redacted text contains no secret, in any form in which output may contain it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.redaction import MASK, Redactor

# Without stars, because a secret made of stars is equal to its mask.
TEXT = st.text(st.characters(exclude_characters="*", exclude_categories=["Cs"]))
SECRETS = st.text(st.characters(exclude_characters="*", exclude_categories=["Cs"]), min_size=4, max_size=30)
# Characters that URLs, JSON and shells quote.
AWKWARD = st.text("aé \\'\"`$%/:@#\n", min_size=4, max_size=12)


def in_a_url(secret: str) -> str:
    return f"mysql://root:{quote(secret, safe='')}@127.0.0.1:3306/test"


def in_an_environment(secret: str) -> str:
    return f"env MYSQL_PASSWORD={shlex.quote(secret)} true"


def in_json(secret: str) -> str:
    return json.dumps({"password": secret})


def redactor(*secrets: str) -> Redactor:
    made = Redactor()
    for secret in secrets:
        made.add(secret)
    return made


@given(secret=SECRETS | AWKWARD, before=TEXT, after=TEXT)
def test_a_secret_of_four_characters_or_more_is_redacted_anywhere(
    secret: str, before: str, after: str
) -> None:
    shown = redactor(secret).redact(f"{before}{secret}{after}{secret}")
    assert secret not in shown
    assert MASK in shown


@given(secrets=st.lists(SECRETS | AWKWARD, min_size=1, max_size=4), order=st.randoms())
def test_several_secrets_are_all_redacted(secrets: list[str], order: object) -> None:
    shown = redactor(*secrets).redact("".join(secrets) + " ".join(reversed(secrets)))
    assert [secret for secret in secrets if secret in shown] == []


def test_a_secret_that_is_added_later_is_redacted_too() -> None:
    made = redactor("hunter2hunter2")
    assert made.redact("hunter2hunter2 correct horse") == f"{MASK} correct horse"
    made.add("correct horse")
    assert made.redact("hunter2hunter2 correct horse") == f"{MASK} {MASK}"


@given(secret=SECRETS | AWKWARD)
def test_a_secret_in_a_url_is_redacted(secret: str) -> None:
    shown = redactor(secret).redact(in_a_url(secret))
    assert secret not in shown
    assert quote(secret, safe="") not in shown


@given(secret=SECRETS | AWKWARD)
def test_a_secret_in_json_is_redacted(secret: str) -> None:
    shown = redactor(secret).redact(in_json(secret))
    assert json.dumps(secret)[1:-1] not in shown


@given(secret=SECRETS | AWKWARD)
def test_a_secret_in_a_shell_variable_is_redacted(secret: str) -> None:
    # The secret may be the word after it.
    assert redactor(secret).redact(in_an_environment(secret)).startswith(f"env MYSQL_PASSWORD={MASK} ")


@given(secret=AWKWARD)
def test_a_secret_in_a_quoted_shell_word_is_redacted(secret: str) -> None:
    # In a longer word, a shell quotes the secret it's as 'it'"'"'s'.
    word = shlex.quote(f"--password is {secret}")
    shown = redactor(secret).redact(word)
    assert shown != word


@pytest.mark.parametrize("secret", ["a", "abc", "p w", "a'b"])
@pytest.mark.parametrize(
    ("shown_in", "expected"),
    [
        (in_a_url, f"mysql://root:{MASK}@127.0.0.1:3306/test"),
        (in_an_environment, f"env MYSQL_PASSWORD={MASK} true"),
    ],
)
def test_a_short_secret_is_redacted_where_it_is_clearly_a_password(
    secret: str, shown_in: Callable[[str], str], expected: str
) -> None:
    assert redactor(secret).redact(shown_in(secret)) == expected


@pytest.mark.parametrize("variable", ["DB_PASS", "DB_PWD", "DATABASE_SECRET"])
def test_a_short_secret_is_redacted_in_a_variable_that_the_project_names(variable: str) -> None:
    shown = Redactor()
    shown.name_variables([variable])
    shown.add("a b")
    assert shown.redact(f"{variable}=a b") == f"{variable}={MASK}"
    assert shown.redact(f"env {variable}='a b' true") == f"env {variable}={MASK} true"
    assert shown.redact("MYSQL_PASSWORD=a b") == f"MYSQL_PASSWORD={MASK}"


def test_a_short_secret_stays_in_ordinary_words() -> None:
    assert redactor("ab").redact("above and about") == "above and about"


def test_an_empty_secret_redacts_nothing() -> None:
    assert redactor("").redact("MYSQL_PASSWORD= and all the rest") == "MYSQL_PASSWORD= and all the rest"


@given(text=TEXT)
def test_without_secrets_text_stays_unchanged(text: str) -> None:
    assert Redactor().redact(text) == text


def test_the_longer_of_two_secrets_is_redacted_first() -> None:
    assert redactor("hunter", "hunter22").redact("hunter22 hunter") == f"{MASK} {MASK}"


def test_the_repr_contains_no_secret() -> None:
    assert "hunter2" not in repr(redactor("hunter2hunter2"))


@pytest.mark.parametrize("ellipsis", ["...", "…"])
@pytest.mark.parametrize("before", [0, 4, 9, 13])
@pytest.mark.parametrize("after", [0, 4, 9, 13])
def test_the_parts_of_an_abbreviated_secret_are_redacted(before: int, after: int, ellipsis: str) -> None:
    secret = "hunter2 & more"
    text = f"'a {secret[:before]}{ellipsis}{secret[len(secret) - after :]} b'"
    expected = f"'a {MASK if before else ''}{ellipsis}{MASK if after else ''} b'"
    assert redactor("other secret", secret).redact(text) == expected


def test_a_part_without_an_ellipsis_is_ordinary_text() -> None:
    assert redactor("hunter2 & more").redact("more hunters... and hunter2") == "more hunters... and hunter2"
