from datetime import datetime

from pydantic import BaseModel, ConfigDict


class MeetingResponse(BaseModel):
    model_config = ConfigDict(from_attributes=True, frozen=True)

    url_code: str


class CreateMeetingResponse(MeetingResponse):
    pass


class GetMeetingResponse(MeetingResponse):
    created_at: datetime


class ErrorResponse(BaseModel):
    detail: str
