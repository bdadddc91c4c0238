"""The service while a run uses it. ci-kit records each change first, and undoes it at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.host.processes import Process
from ci_kit.mysql.records import store
from ci_kit.mysql.records.record import Record
from ci_kit.mysql.service import manager
from ci_kit.mysql.service.drop_in import DropIn
from ci_kit.mysql.service.log import ServiceMessages
from ci_kit.mysql.service.manager import SystemdUnit, Unit, find_unit
from ci_kit.mysql.service.option_files import ServiceOptions, included_folder, read_service_options

TOKEN = "service-mysql"  # noqa: S105
"""The token of the record. A machine has one service, whichever project uses it."""


@dataclass(frozen=True)
class ServiceStart:
    """A start of the service in the background, and its messages."""

    host: Host
    unit: Unit
    process: Process
    messages: ServiceMessages

    def wait(self, *, seconds: float) -> str:
        """Wait for the end of the start. Gives the reason if it failed, else an empty text."""
        command = " ".join(self.unit.command("start"))
        code = self.host.wait_for_exit(self.process, seconds=seconds)
        if code is None:
            return f"`{command}` did not end in {seconds:g} s"
        return f"`{command}` ended with {code}" if code else ""


@dataclass
class ServiceUse:
    """One run's use of the service, with its record. ``start`` is None if the service was up before."""

    host: Host
    unit: Unit
    options: ServiceOptions
    record: Record
    start: ServiceStart | None = None
    began: float = field(default_factory=time.time)

    def save(self) -> None:
        store.save(self.host, self.record)

    def begin_start(self) -> None:
        """Start the service in the background."""
        self.start = start_service(self.host, self.unit, self.options)

    def stop_to_change(self) -> None:
        """Stop it for a change of its settings, and save that in the record first."""
        self.record = replace(self.record, changed=True)
        self.save()
        manager.stop(self.host, self.unit)

    def messages(self) -> ServiceMessages:
        """The messages since this run started the service, or since the run began if it was up before."""
        if self.start:
            return self.start.messages
        log = store.log(self.host, TOKEN)
        return ServiceMessages(self.host, self.unit, self.options.error_log, log, self.began, 0)

    def give_back_or_warn(self) -> None:
        """Give the service back. If that fails, the record stays, so that a later run gives it back."""
        with self.host.ignore_interrupts():
            if self.start and not isinstance(self.unit, SystemdUnit):
                # systemd ends a start before a stop. An init script would go on during the stop.
                self.host.wait_for_exit(self.start.process, seconds=manager.LONGEST_ACTION)
            try:
                give_back(self.host, self.record)
                store.forget(self.host, TOKEN)
            except UnavailableError as error:
                self.host.console.warning("\n".join(error.lines()))


def start_service(host: Host, unit: Unit, options: ServiceOptions) -> ServiceStart:
    """Begin to start the service."""
    log = store.log(host, TOKEN)
    messages = ServiceMessages.from_now(host, unit, error_log=options.error_log, start_log=log)
    return ServiceStart(host, unit, manager.start(host, unit, log=log), messages)


def give_back(host: Host, record: Record) -> None:
    """Give the service back: without ci-kit's settings, and stopped if ci-kit started it.

    Raises UnavailableError.
    """
    unit, folder = find_unit(host), included_folder()
    if folder:
        DropIn(folder).remove(host)
    if unit is None or not (record.started or record.changed):
        return
    if unit.state(host) != "down":
        manager.stop(host, unit)
    if not record.started:
        _start_again(host, unit)


def _start_again(host: Host, unit: Unit) -> None:
    start = start_service(host, unit, read_service_options(host))
    if why := start.wait(seconds=manager.LONGEST_ACTION):
        ended = start.messages.ended(f"the service {unit.name} was up before, and does not start again", why)
        raise ended.error(todo="fix the cause that its log above names, and run `ci-kit mysql down`")
