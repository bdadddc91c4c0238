from tortoise import fields
from tortoise.models import Model


class MeetingModel(Model):
    id = fields.BigIntField(primary_key=True)
    url_code = fields.CharField(max_length=255, unique=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "meetings"
