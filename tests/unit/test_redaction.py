"""No secret is in what is shown, however it is spelled there."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.redaction import MASK, Redactor

# The mask itself is no part of a secret here: nothing is given away by a text of stars alone.
TEXT = st.text(st.characters(exclude_characters="*", exclude_categories=["Cs"]))
SECRETS = st.text(st.characters(exclude_characters="*", exclude_categories=["Cs"]), min_size=4, max_size=30)
# The letters on which quoting depends.
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
def test_a_secret_of_four_characters_is_in_no_text(secret: str, before: str, after: str) -> None:
    shown = redactor(secret).redact(f"{before}{secret}{after}{secret}")
    assert secret not in shown
    assert MASK in shown


@given(secrets=st.lists(SECRETS | AWKWARD, min_size=1, max_size=4), order=st.randoms())
def test_none_of_several_secrets_is_in_a_text(secrets: list[str], order: object) -> None:
    shown = redactor(*secrets).redact("".join(secrets) + " ".join(reversed(secrets)))
    assert [secret for secret in secrets if secret in shown] == []


@given(secret=SECRETS | AWKWARD)
def test_a_url_does_not_give_the_secret_away(secret: str) -> None:
    shown = redactor(secret).redact(in_a_url(secret))
    assert secret not in shown
    assert quote(secret, safe="") not in shown


@given(secret=SECRETS | AWKWARD)
def test_json_does_not_give_the_secret_away(secret: str) -> None:
    shown = redactor(secret).redact(in_json(secret))
    assert json.dumps(secret)[1:-1] not in shown


@given(secret=SECRETS | AWKWARD)
def test_a_variable_in_a_shell_s_spelling_does_not_give_the_secret_away(secret: str) -> None:
    assert redactor(secret).redact(in_an_environment(secret)) == f"env MYSQL_PASSWORD={MASK} true"


@given(secret=AWKWARD)
def test_a_word_in_a_shell_s_spelling_does_not_give_the_secret_away(secret: str) -> None:
    # Inside other text a secret with an apostrophe is 'it'"'"'s'.
    spelled = shlex.quote(f"--password is {secret}")
    shown = redactor(secret).redact(spelled)
    assert shown != spelled


@pytest.mark.parametrize("secret", ["a", "abc", "p w", "a'b"])
@pytest.mark.parametrize(
    ("spell", "expected"),
    [
        (in_a_url, f"mysql://root:{MASK}@127.0.0.1:3306/test"),
        (in_an_environment, f"env MYSQL_PASSWORD={MASK} true"),
    ],
)
def test_a_short_secret_is_masked_where_a_password_stands(
    secret: str, spell: Callable[[str], str], expected: str
) -> None:
    assert redactor(secret).redact(spell(secret)) == expected


def test_a_short_secret_is_left_where_it_may_be_anything() -> None:
    assert redactor("ab").redact("above and about") == "above and about"


def test_an_empty_secret_masks_nothing() -> None:
    assert redactor("").redact("MYSQL_PASSWORD= and all the rest") == "MYSQL_PASSWORD= and all the rest"


@given(text=TEXT)
def test_without_secrets_a_text_stays_as_it_is(text: str) -> None:
    assert Redactor().redact(text) == text


def test_the_longer_of_two_secrets_is_masked_whole() -> None:
    assert redactor("hunter", "hunter22").redact("hunter22 hunter") == f"{MASK} {MASK}"


def test_the_repr_does_not_give_the_secret_away() -> None:
    assert "hunter2" not in repr(redactor("hunter2hunter2"))
