import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fastapi import status
from httpx import AsyncClient
from tortoise import Tortoise
from tortoise.exceptions import IntegrityError

from app.tortoise_models.meeting import MeetingModel

SEOUL = ZoneInfo("Asia/Seoul")
INT_MAX = 2**31 - 1


async def test_create_meeting_writes_one_row(client: AsyncClient) -> None:
    response = await client.post("/v1/meetings")

    assert response.status_code == status.HTTP_201_CREATED
    [meeting] = await MeetingModel.all()
    assert response.json() == {"url_code": meeting.url_code}


async def test_get_meeting_returns_the_row(client: AsyncClient) -> None:
    url_code = (await client.post("/v1/meetings")).json()["url_code"]

    response = await client.get(f"/v1/meetings/{url_code}")

    assert response.status_code == status.HTTP_200_OK
    meeting = await MeetingModel.get(url_code=url_code)
    assert response.json() == {"url_code": url_code, "created_at": meeting.created_at.isoformat()}


async def test_get_meeting_returns_404_if_it_does_not_exist(client: AsyncClient) -> None:
    await client.post("/v1/meetings")

    response = await client.get("/v1/meetings/absent")

    assert response.status_code == status.HTTP_404_NOT_FOUND
    assert response.json() == {"detail": "no meeting with url_code 'absent'"}


async def test_created_at_is_in_korean_time(client: AsyncClient) -> None:
    before = datetime.now(SEOUL)
    url_code = (await client.post("/v1/meetings")).json()["url_code"]
    after = datetime.now(SEOUL)

    created_at = datetime.fromisoformat((await client.get(f"/v1/meetings/{url_code}")).json()["created_at"])

    assert created_at.utcoffset() == timedelta(hours=9)
    assert before <= created_at <= after


async def test_every_connection_uses_korean_time(client: AsyncClient) -> None:
    await client.post("/v1/meetings")
    database = Tortoise.get_connection("default")

    async with AsyncExitStack() as stack:
        for _ in range(3):  # all three stay in use at the same time
            connection = await stack.enter_async_context(database.acquire_connection())
            async with connection.cursor() as cursor:
                await cursor.execute("SELECT TIMESTAMPDIFF(MINUTE, created_at, NOW(6)) FROM meetings")
                assert await cursor.fetchall() == ((0,),)


async def test_meetings_created_at_the_same_time_have_different_url_codes(client: AsyncClient) -> None:
    responses = await asyncio.gather(*(client.post("/v1/meetings") for _ in range(50)))

    url_codes = [response.json()["url_code"] for response in responses]
    assert len(set(url_codes)) == len(url_codes)
    assert set(await MeetingModel.all().values_list("url_code", flat=True)) == set(url_codes)


@pytest.mark.usefixtures("client")
async def test_url_code_is_unique() -> None:
    meeting = await MeetingModel.create(url_code="once")

    with pytest.raises(IntegrityError):
        await MeetingModel.create(url_code=meeting.url_code)


async def test_ids_can_be_larger_than_int(client: AsyncClient) -> None:
    await MeetingModel.create(id=INT_MAX, url_code="last")

    url_code = (await client.post("/v1/meetings")).json()["url_code"]

    assert (await MeetingModel.get(url_code=url_code)).id > INT_MAX
