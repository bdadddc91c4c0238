"""Suites of ordinary projects, whose tests all use one database of one name."""

from __future__ import annotations

from collections.abc import Mapping

MEETING = """\
import os, pathlib, time

def meet(name):
    # Two workers wait for each other, so that both are in the middle of a test.
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return
    pathlib.Path(f"{name}-{worker}").write_text("")
    deadline = time.monotonic() + 120
    while len(list(pathlib.Path().glob(f"{name}-*"))) < 2:
        assert time.monotonic() < deadline, "the other worker did not come"
        time.sleep(0.01)
"""

_LOGIN = """\
import os, pymysql

def connect():
    return pymysql.connect(
        host=os.environ["MYSQL_HOST"], port=int(os.environ["MYSQL_PORT"]), user=os.environ["MYSQL_USER"],
        password=os.environ["MYSQL_PASSWORD"], database=os.environ["MYSQL_DATABASE"], autocommit=True)

def rows(sql):
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
"""


def _twice(test: str, **files: str) -> Mapping[str, str]:
    """A suite with the same test in two files, which two workers run at the same time."""
    return {"meeting.py": MEETING, "login.py": _LOGIN, "test_one.py": test, "test_two.py": test} | {
        name.replace("__", "."): text for name, text in files.items()
    }


TRUNCATE = _twice(
    """\
    from login import rows
    from meeting import meet

    def test_one_row():
        rows("INSERT INTO t VALUES (1)")
        meet("inserted")
        assert rows("SELECT COUNT(*) FROM t") == ((1,),)
        meet("counted")

    def test_no_row():
        assert rows("SELECT COUNT(*) FROM t") == ((0,),)
    """,
    conftest__py="""\
    import pytest
    from login import rows

    # Every process that imports this file begins with new tables, also pytest's main process.
    rows("DROP TABLE IF EXISTS t")
    rows("CREATE TABLE t (id INT PRIMARY KEY)")

    @pytest.fixture(autouse=True)
    def no_rows():
        rows("TRUNCATE t")
    """,
)

SQLALCHEMY = _twice(
    """\
    from sqlalchemy import select
    from sqlalchemy.orm import Session
    from meeting import meet
    from models import User

    def test_the_names_are_unique(engine):
        with Session(engine) as session:
            session.add(User(name="ada"))
            session.commit()
            meet("added")
            assert session.scalars(select(User.name)).all() == ["ada"]
            meet("read")

    def test_there_is_no_user(engine):
        with Session(engine) as session:
            assert session.scalars(select(User)).all() == []
    """,
    models__py="""\
    from sqlalchemy import String
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(50), unique=True)
    """,
    conftest__py="""\
    import os, pytest
    from models import Base
    from sqlalchemy import create_engine

    @pytest.fixture
    def engine():
        engine = create_engine(os.environ["DATABASE_URL"].replace("mysql:", "mysql+pymysql:"))
        Base.metadata.create_all(engine)
        yield engine
        Base.metadata.drop_all(engine)
        engine.dispose()
    """,
)

TORTOISE = _twice(
    """\
    import asyncio, os
    from meeting import meet
    from models import User
    from tortoise import Tortoise
    from tortoise.backends.base.config_generator import generate_config

    async def in_new_database(test):
        config = generate_config(
            os.environ["DATABASE_URL"].replace("/test", "/test_app"), app_modules={"models": ["models"]},
            testing=True)
        await Tortoise.init(config=config, _create_db=True)
        try:
            await Tortoise.generate_schemas()
            await test()
        finally:
            await Tortoise._drop_databases()

    def test_one_user():
        async def test():
            await User.create(name="ada")
            await asyncio.to_thread(meet, "created")
            assert await User.all().count() == 1
            await asyncio.to_thread(meet, "counted")
        asyncio.run(in_new_database(test))

    def test_no_user():
        async def test():
            assert await User.all().count() == 0
        asyncio.run(in_new_database(test))
    """,
    models__py="""\
    from tortoise import fields
    from tortoise.models import Model

    class User(Model):
        id = fields.IntField(primary_key=True)
        name = fields.CharField(max_length=50, unique=True)
    """,
)

DJANGO = _twice(
    """\
    import pytest
    from django.contrib.auth.models import Group
    from meeting import meet

    @pytest.mark.django_db(transaction=True)
    def test_one_group():
        Group.objects.create(name="students")
        meet("created")
        assert Group.objects.count() == 1
        meet("counted")

    @pytest.mark.django_db
    def test_no_group():
        assert Group.objects.count() == 0
    """,
    pytest__ini="[pytest]\nDJANGO_SETTINGS_MODULE = site_settings\npythonpath = .\n",
    site_settings__py="""\
    import os, pymysql

    # Django asks for the version of mysqlclient.
    pymysql.version_info = (2, 2, 7, "final", 0)
    pymysql.install_as_MySQLdb()
    SECRET_KEY = "for tests"
    INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
    DATABASES = {"default": {
        "ENGINE": "django.db.backends.mysql", "NAME": os.environ["MYSQL_DATABASE"],
        "HOST": os.environ["MYSQL_HOST"], "PORT": os.environ["MYSQL_PORT"],
        "USER": os.environ["MYSQL_USER"], "PASSWORD": os.environ["MYSQL_PASSWORD"]}}
    """,
)

SUITES: Mapping[str, Mapping[str, str]] = {
    "truncate": TRUNCATE,
    "sqlalchemy": SQLALCHEMY,
    "tortoise": TORTOISE,
    "django": DJANGO,
}
