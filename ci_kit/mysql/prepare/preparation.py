"""What the settings ask of a running server, done in one login: accounts, time zone, databases, init SQL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.login import can_log_in
from ci_kit.mysql.client.program import ClientProgram
from ci_kit.mysql.client.session import open_session
from ci_kit.mysql.client.version import Version
from ci_kit.mysql.config.tls import require_tls
from ci_kit.mysql.prepare.accounts import (
    allow_root_over_tcp,
    create_user,
    leave_logins,
    log_in_once,
    require_login,
)
from ci_kit.mysql.prepare.databases import created_databases, set_server_charset, wanted_databases
from ci_kit.mysql.prepare.init_sql import run_init_sql
from ci_kit.mysql.prepare.time_zone import set_zone
from ci_kit.settings.settings import Settings


def prepare_server(
    host: Host,
    root: Endpoint,
    settings: Settings,
    *,
    client: ClientProgram | None,
    log: Callable[[], str] = str,
    ours: bool = True,
) -> Version | None:
    """Prepare a server that accepts the login ``root``; gives its version, None in a dry run.

    ``client`` runs the init SQL; without one, ci-kit sends the statements itself. ``log`` gives the log of
    the server. If the server is not ``ours``, ci-kit only creates databases: accounts stay as they are, and
    the time zone stays unless the settings name one.

    Raises UsageError if the settings ask for TLS and the server has none, and UnavailableError if the user of
    the tests cannot log in over TCP.
    """
    with open_session(host, root) as session:
        version = session.version()
        require_tls(session, settings, log)
        if ours:
            allow_root_over_tcp(host, session, root)
            set_server_charset(session, settings)
        if ours or settings.given("timezone"):
            set_zone(session, settings)
        databases: AbstractContextManager[bool] = nullcontext(enter_result=False)
        if settings.create_database is not False:
            databases = created_databases(session, settings)
        with databases as new:
            login = root.as_user(settings.mysql_user, root.password)
            if not ours:
                # One try only: a server may lock an account after two wrong passwords.
                require_login(login, accepted=can_log_in(host, login, over_socket=False))
            elif login != root:
                create_user(session, login, wanted_databases(settings))
                require_login(login, accepted=log_in_once(host, login))
            if new:
                run_init_sql(session, root, settings, client)
            # An SQL file with FLUSH PRIVILEGES has emptied the cache.
            leave_logins(session, settings, (root, login) if ours and new and settings.init_sql else ())
        return version
