from fastapi import APIRouter, HTTPException, status

from app.dtos.meeting import CreateMeetingResponse, ErrorResponse, GetMeetingResponse
from app.services.meeting_service import create_meeting, get_meeting

meeting_router = APIRouter(prefix="/v1/meetings", tags=["meetings"])


@meeting_router.post("", status_code=status.HTTP_201_CREATED)
async def api_create_meeting() -> CreateMeetingResponse:
    return CreateMeetingResponse.model_validate(await create_meeting())


@meeting_router.get("/{url_code}", responses={status.HTTP_404_NOT_FOUND: {"model": ErrorResponse}})
async def api_get_meeting(url_code: str) -> GetMeetingResponse:
    meeting = await get_meeting(url_code)
    if meeting is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"no meeting with url_code {url_code!r}")
    return GetMeetingResponse.model_validate(meeting)
