"""The image of a server in a container."""

from __future__ import annotations

from dataclasses import replace

from ci_kit.settings.settings import Settings


def with_official_image(settings: Settings) -> Settings:
    """The settings with the official image of the version that they ask for, if they ask for one."""
    if settings.mysql_version is None:
        return settings
    sources = {**settings.sources, "mysql-image": settings.sources["mysql-version"]}
    return replace(settings, mysql_image=settings.mysql_version.image, sources=sources)
