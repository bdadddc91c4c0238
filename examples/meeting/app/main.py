from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from tortoise.contrib.fastapi import RegisterTortoise

from app.apis.v1.meeting_router import meeting_router
from app.configs.tortoise_config import TORTOISE_ORM


def create_app(tortoise_config: dict[str, Any]) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with RegisterTortoise(app, config=tortoise_config):
            yield

    app = FastAPI(title="meeting", lifespan=lifespan)
    app.include_router(meeting_router)
    return app


app = create_app(TORTOISE_ORM)
