"""The fixtures that Tortoise's tests expect from a conftest.py, which its source archive does not contain."""

import os

import pytest_asyncio
from tortoise.contrib.test import tortoise_test_context, truncate_all_models
from tortoise.transactions import in_transaction

MODELS = ["tests.testmodels"]
URL = os.environ["TORTOISE_TEST_DB"]


class RollBack(Exception):  # noqa: N818
    pass


@pytest_asyncio.fixture(scope="module")
async def db_module():
    async with tortoise_test_context(MODELS, db_url=URL, connection_label="models") as context:
        yield context


@pytest_asyncio.fixture
async def db(db_module):
    transaction = in_transaction("models")
    await transaction.__aenter__()
    try:
        yield db_module
    finally:
        await transaction.__aexit__(RollBack, RollBack(), None)


@pytest_asyncio.fixture
async def db_truncate(db_module):
    yield db_module
    await truncate_all_models()


@pytest_asyncio.fixture
async def db_isolated():
    async with tortoise_test_context(MODELS, db_url=URL, connection_label="models") as context:
        yield context


@pytest_asyncio.fixture
async def db_simple(db_isolated):
    return db_isolated
