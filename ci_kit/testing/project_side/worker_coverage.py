"""Starts coverage in a worker of pytest-xdist: execnet runs the text of this module there."""

from __future__ import annotations


def start(data_file: str, config_file: str | bool, omit: list[str], quiet: list[str]) -> None:
    """Start coverage, unless the project's own configuration has already started it in this process."""
    from coverage import Coverage

    if Coverage.current():
        return
    # With auto_data, coverage saves the data when the process ends.
    coverage = Coverage(data_file=data_file, data_suffix=True, auto_data=True, config_file=config_file)
    coverage.set_option("run:omit", omit)
    coverage.set_option("run:disable_warnings", quiet)
    coverage.start()


if __name__ == "__channelexec__":
    # A global name that execnet adds.
    channel = globals()["channel"]
    try:
        start(**channel.receive())
    except Exception as error:  # noqa: BLE001  (execnet runs nothing more in a worker after an error)
        channel.send(f"{type(error).__name__}: {error}")
    else:
        channel.send("")
