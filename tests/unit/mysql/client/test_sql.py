"""SQL text: what is quoted comes back as it was, what no server takes is refused, secrets are not shown."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.errors import UsageError
from ci_kit.mysql.client.sql import Secret, account, identifier, literal, statement
from ci_kit.mysql.prepare.accounts import set_root_password

SERVER_TEXT = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
NAME_TEXT = st.characters(exclude_characters="\x00", exclude_categories=["Cs"], max_codepoint=0xFFFF)
HOSTILE = [
    "it's",
    'say "hi"',
    "back`tick",
    "\\",
    "\\'",
    "'; DROP DATABASE mysql; -- ",
    "a\nb",
    "a\r\nb",
    "\x1a",
    "%s %(name)s",
    "$(touch evil)",
    "`touch evil`",
    "한글",
]


def unescaped(quoted: str) -> str:
    """The text a literal stands for, as a server reads it (MySQL's manual, "String Literals")."""
    assert quoted[0] == quoted[-1] == "'"
    body = quoted[1:-1]
    assert re.fullmatch(r"(?:[^'\\]|\\.|'')*", body, re.DOTALL), "the literal ends before its end"
    named = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "0": "\0", "Z": "\x1a"}
    return re.sub(
        r"\\(.)|''", lambda found: named.get(found[1], found[1]) if found[1] else "'", body, flags=re.DOTALL
    )


@given(text=st.text(SERVER_TEXT) | st.sampled_from(HOSTILE))
def test_a_literal_stands_for_the_text(text: str) -> None:
    assert unescaped(literal(text)) == text


@given(text=st.text(SERVER_TEXT) | st.sampled_from(HOSTILE))
def test_a_literal_is_on_one_line(text: str) -> None:
    assert "\n" not in literal(text)
    assert "\r" not in literal(text)


def test_a_literal_with_nul_is_refused_without_being_shown() -> None:
    with pytest.raises(UsageError) as caught:
        literal("hunter2\x00")
    assert "hunter2" not in "\n".join(caught.value.lines())


@given(name=st.text(NAME_TEXT, min_size=1, max_size=64).filter(lambda name: name == name.strip()))
def test_an_identifier_stands_for_the_name(name: str) -> None:
    quoted = identifier(name)
    assert re.fullmatch(r"`(?:[^`]|``)+`", quoted)
    assert quoted[1:-1].replace("``", "`") == name


REFUSED = {
    "empty": ("", "it is empty"),
    "too long": ("a" * 65, "it has 65 characters, and 64 are allowed"),
    "NUL": ("a\x00b", "it contains a NUL character"),
    "beyond the basic plane": ("a🙂", "outside the basic multilingual plane"),
    "space at the end": ("a ", "it ends with white space"),
    "line at the end": ("a\n", "it ends with white space"),
    "no Unicode": ("a\udcff", ""),
}


@pytest.mark.parametrize(("name", "why"), REFUSED.values(), ids=REFUSED)
def test_a_name_that_no_server_takes_is_refused(name: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        identifier(name)
    assert why in caught.value.why
    assert "is not a valid database name" in caught.value.what


def test_what_is_refused_is_said() -> None:
    with pytest.raises(UsageError, match="is not a valid collation name"):
        identifier("", what="collation")


@pytest.mark.parametrize("name", ["a", "a" * 64, " a", "a.b", "a/b", "..", "한글", "a`b", "a\nb", "SELECT"])
def test_a_name_that_a_server_takes_is_quoted(name: str) -> None:
    assert identifier(name) == "`" + name.replace("`", "``") + "`"


@given(user=st.text(NAME_TEXT, min_size=1, max_size=32).filter(lambda name: name == name.strip()))
def test_an_account_stands_for_the_user_and_the_host(user: str) -> None:
    quoted = account(user, "%")
    assert quoted.endswith("@'%'")
    assert unescaped(quoted.removesuffix("@'%'")) == user


@pytest.mark.parametrize("user", ["", "u" * 33, "a\x00", "a ", " a", "\ra", "🙂", "a\udcff"])
def test_a_user_that_no_server_takes_is_refused(user: str) -> None:
    with pytest.raises(UsageError, match="is not a valid user name"):
        account(user)


def test_an_account_is_a_local_one_unless_said_otherwise() -> None:
    assert account("root") == "'root'@'localhost'"


SECRETS = st.text(SERVER_TEXT, min_size=4).filter(
    lambda text: "*" not in text and text not in "IDENTIFIED BY "
)


@given(secret=SECRETS)
def test_a_statement_holds_its_secret_and_does_not_show_it(secret: str) -> None:
    made = statement("ALTER USER 'a'@'b' IDENTIFIED BY ", Secret(secret))
    assert made.text == f"ALTER USER 'a'@'b' IDENTIFIED BY {literal(secret)}"
    assert made.shown == "ALTER USER 'a'@'b' IDENTIFIED BY '***'"


def test_a_statement_without_a_secret_is_shown_as_it_is() -> None:
    made = statement("SELECT ", "1")
    assert made.text == made.shown == "SELECT 1"


def test_the_password_of_root_is_not_shown() -> None:
    made = set_root_password("hunter2'\nDROP")
    assert "hunter2" not in made.shown
    assert "\n" not in made.text
    assert r"hunter2\'\nDROP" in made.text


@pytest.mark.parametrize("made", [Secret("hunter2"), statement("SET PASSWORD = ", Secret("hunter2"))])
def test_the_repr_of_a_secret_and_of_a_statement_does_not_show_it(made: object) -> None:
    assert "hunter2" not in repr(made)
