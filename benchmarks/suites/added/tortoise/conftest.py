"""The fixtures that Tortoise's tests expect from a conftest.py, which its source archive does not contain."""

import os
from collections.abc import AsyncIterator

import pytest_asyncio
from tortoise.context import TortoiseContext
from tortoise.contrib.test import tortoise_test_context, truncate_all_models
from tortoise.transactions import in_transaction

MODELS = ["tests.testmodels"]
URL = os.environ["TORTOISE_TEST_DB"]


class RollBack(Exception):  # noqa: N818 - not an error
    pass


@pytest_asyncio.fixture(scope="module")
async def db_module() -> AsyncIterator[TortoiseContext]:
    async with tortoise_test_context(MODELS, db_url=URL, connection_label="models") as context:
        yield context


@pytest_asyncio.fixture
async def db(db_module: TortoiseContext) -> AsyncIterator[TortoiseContext]:
    transaction = in_transaction("models")
    await transaction.__aenter__()
    try:
        yield db_module
    finally:
        await transaction.__aexit__(RollBack, RollBack(), None)


@pytest_asyncio.fixture
async def db_truncate(db_module: TortoiseContext) -> AsyncIterator[TortoiseContext]:
    yield db_module
    await truncate_all_models()


@pytest_asyncio.fixture
async def db_isolated() -> AsyncIterator[TortoiseContext]:
    async with tortoise_test_context(MODELS, db_url=URL, connection_label="models") as context:
        yield context


@pytest_asyncio.fixture
async def db_simple(db_isolated: TortoiseContext) -> TortoiseContext:
    return db_isolated
