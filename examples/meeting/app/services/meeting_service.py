import base64
import secrets

from app.tortoise_models.meeting import MeetingModel


def new_url_code() -> str:
    """Eighty random bits as sixteen characters, all lower-case because MySQL ignores case in comparisons."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


async def create_meeting() -> MeetingModel:
    return await MeetingModel.create(url_code=new_url_code())


async def get_meeting(url_code: str) -> MeetingModel | None:
    return await MeetingModel.get_or_none(url_code=url_code)
