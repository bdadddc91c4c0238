"""The login and the databases of the tests, as inputs of the action.

What the action reads from the variables of the job itself needs no input.
"""

from __future__ import annotations

import shlex

from ci_kit.adopt.plan.names import own_names, standard_value
from ci_kit.adopt.plan.set_up import SetUp

_ROOT_OF_RUNNER = "root"
"""Root's password on the images of GitHub's runners (actions/runner-images, "Databases")."""

_DEFAULT_PORT = "3306"


def login_inputs(set_up: SetUp) -> dict[str, str]:
    """The inputs for the user, the password, the databases, and the names of variables."""
    situation, env = set_up.situation, set_up.situation.scope.env
    users = [one.user for one in set_up.accounts if one.user != "root"]
    user = _chosen(set_up, "user", [*users, set_up.of_container("USER") or ""], "root")
    password = _password(set_up, user)
    database = _chosen(set_up, "database", set_up.databases, "")
    port = next((one.port for one in set_up.containers if one.port), _DEFAULT_PORT)
    own = own_names(env, {"port": port, "user": user, "password": password or "", "database": database})
    inputs: dict[str, str] = {}
    if (standard_value(env, "user") or "root") != user:
        inputs["mysql-user"] = situation.value(user, prefer="USER")
    if password == "":
        inputs["empty-password"] = "true"
    elif password is not None and standard_value(env, "password") != password:
        inputs["mysql-password"] = situation.value(password, prefer="PASS")
    if database and standard_value(env, "database") != database:
        inputs["database"] = situation.value(database, prefer="DB" if own else "")
    if extra := [name for name in set_up.databases if name != database]:
        inputs["extra-databases"] = shlex.join(extra)
    if own:
        inputs["variables"] = " ".join(f"{name}={part}" for name, part in own.items())
    return inputs


def _chosen(set_up: SetUp, part: str, created: list[str], default: str) -> str:
    """What the variables of the tests name, or else what the set-up creates."""
    env = set_up.situation.scope.env
    if (given := standard_value(env, part)) is not None:
        return given
    found = [one for one in created if one]
    # A variable with another name may have it.
    named = [one for one in found if one in env.values()]
    return next(iter([*named, *found]), default)


def _password(set_up: SetUp, user: str) -> str | None:
    """The password of a user after the set-up; None if it is not known."""
    by_sql = [one.password for one in set_up.accounts if one.user == user and one.password is not None]
    if by_sql:
        return by_sql[-1]
    if set_up.containers:
        return (
            (set_up.of_container("ROOT_PASSWORD") or "")
            if user == "root"
            else set_up.of_container("PASSWORD")
        )
    is_mysql = any(one.product == "mysql" for one in set_up.starts)
    return _ROOT_OF_RUNNER if user == "root" and is_mysql else None
