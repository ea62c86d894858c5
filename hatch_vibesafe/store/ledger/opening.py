"""Opening the ledger: SQLite in the project, or PostgreSQL by its address; migrated where its schema is older."""

import os
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from hatch_vibesafe.problems import Problem, VibesafeError
from hatch_vibesafe.store.files import make_directory
from hatch_vibesafe.store.ledger.schema import VERSION, metadata

_BUSY_MILLISECONDS = 10_000
_LOCK = 0x76696265
"""PostgreSQL's advisory lock under which one of several commands makes or migrates the tables."""

_VERSIONS = sa.table("alembic_version", sa.column("version_num", sa.String))


def open_for_writing(place: Path | str) -> Engine:
    """Return the ledger at a file or an address, made or migrated where it has to be.

    Raises:
        VibesafeError: if it cannot be opened, or a newer release made it.
    """
    if isinstance(place, Path):
        make_directory(place.parent)
    engine = _engine(place, read_only=False)
    try:
        if _version(engine) != VERSION:
            _bring_up(engine)
    except sa.exc.SQLAlchemyError as error:
        engine.dispose()
        raise VibesafeError(_unusable(place, error)) from error
    except VibesafeError:
        engine.dispose()
        raise
    return engine


def open_for_reading(place: Path | str) -> Engine | None:
    """Return the ledger at a file or an address; None where there is none yet. Nothing is written.

    Raises:
        VibesafeError: if it cannot be opened, or its schema is another than ours.
    """
    if isinstance(place, Path) and not place.exists():
        return None
    engine = _engine(place, read_only=True)
    try:
        version = _version(engine)
    except sa.exc.SQLAlchemyError as error:
        engine.dispose()
        raise VibesafeError(_unusable(place, error)) from error
    if version == VERSION:
        return engine
    engine.dispose()
    if version is None:
        return None
    what = f"its schema is {version}, and this release reads {VERSION}"
    raise VibesafeError(Problem(_shown(place), what, "vibesafe gc  (brings an older one up), or update vibesafe"))


def failure(place: Path | str, error: sa.exc.SQLAlchemyError) -> VibesafeError:
    """Return what the database said, in the user's terms."""
    return VibesafeError(_unusable(place, error))


def _engine(place: Path | str, *, read_only: bool) -> Engine:
    if isinstance(place, str):
        return sa.create_engine(_address(place), pool_pre_ping=True, connect_args={"connect_timeout": 10})
    # One connection a process: every command is one writer, and takes turns with others through SQLite itself.
    engine = sa.create_engine(
        _closed_to_writers(place) if read_only and not os.access(place.parent, os.W_OK) else _of_file(place),
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": _BUSY_MILLISECONDS / 1000},
    )

    @sa.event.listens_for(engine, "connect")
    def _settings(connection: object, _: ConnectionPoolEntry) -> None:
        execute = connection.execute  # type: ignore[attr-defined] # SQLite's own connection, which SQLAlchemy hands on untyped
        execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        execute("PRAGMA foreign_keys = ON")
        execute("PRAGMA query_only = ON" if read_only else "PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = NORMAL")  # with WAL a crash may lose the last rows, never the whole

    return engine


def _of_file(place: Path) -> URL:
    return URL.create("sqlite", database=str(place))


def _closed_to_writers(place: Path) -> URL:
    """Return a file's address in a directory that we may not write to, where SQLite cannot have its index of the log.

    With a log beside it, whoever may write there is at it: then the index is there too. Source: https://sqlite.org/wal.html
    (read-only databases).
    """
    log = place.with_name(f"{place.name}-wal")
    is_whole = not log.exists() or not log.stat().st_size
    query = {"uri": "true", "mode": "ro"} | ({"immutable": "1"} if is_whole else {})
    return URL.create("sqlite", database=place.absolute().as_uri(), query=query)


def _address(url: str) -> URL:
    address = make_url(url)
    if address.drivername in {"postgresql", "postgres"}:
        return address.set(drivername="postgresql+psycopg")
    return address


def _version(engine: Engine) -> str | None:
    """Return the schema's version; None where there are no tables yet."""
    with engine.connect() as connection:
        return _version_in(connection)


def _version_in(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.select(_VERSIONS.c.version_num)).scalar()
    return None if found is None else str(found)


def _bring_up(engine: Engine) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        version = _version_in(connection)  # another command may have been quicker
        if version is None:
            metadata.create_all(connection)
            connection.exec_driver_sql(
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
            )
            connection.execute(sa.insert(_VERSIONS).values(version_num=VERSION))
        elif version != VERSION:
            _migrate(connection)
        connection.commit()


def _migrate(connection: Connection) -> None:
    # Here and not above: it is slow to import, and needed once a release.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "hatch_vibesafe.store.ledger:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        what = f"its schema is not one of this release: {error}"
        raise VibesafeError(Problem("the ledger", what, "update vibesafe, or move the ledger away")) from error


def _unusable(place: Path | str, error: sa.exc.SQLAlchemyError) -> Problem:
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    remedy = "make it readable and writable, or move it away: it is made anew"
    return Problem(_shown(place), f"the ledger cannot be used: {said[0] if said else 'no reason given'}", remedy)


def _shown(place: Path | str) -> str:
    return str(place) if isinstance(place, Path) else _address(place).render_as_string(hide_password=True)
