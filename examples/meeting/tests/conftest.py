from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.main import create_app
from app.tortoise_models.meeting import MeetingModel
from tests.databases import TEST_DATABASE, migrations, temporary_database


@pytest.fixture(scope="session")
async def app() -> AsyncIterator[FastAPI]:
    """The running application, on a database that the migrations have created."""
    async with temporary_database(TEST_DATABASE) as config:
        async with migrations(config) as command:
            await command.upgrade()
        app = create_app(config)
        async with app.router.lifespan_context(app):
            yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client of the application. After each test, its rows are deleted."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client
    await MeetingModel.all().delete()
