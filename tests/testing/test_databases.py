"""A database on a shared PostgreSQL comes and goes, whoever still uses it."""

import pytest

from salon.testing.databases import drop_database, new_database
from salon.testing.ports import free_port

pytestmark = pytest.mark.postgres


def _names(server: str) -> set[str]:
    import psycopg

    with psycopg.connect(server) as connection:
        return {str(row[0]) for row in connection.execute("SELECT datname FROM pg_database").fetchall()}


def test_a_database_goes_although_a_transaction_holds_it(postgres_server):
    import psycopg

    with new_database(postgres_server) as url:
        name = url.partition("?")[0].rsplit("/", 1)[1]
        holder = psycopg.connect(url)
        holder.execute("CREATE TABLE held (n int)")
        assert name in _names(postgres_server)
    assert name not in _names(postgres_server)
    with pytest.raises(psycopg.OperationalError):
        holder.execute("SELECT 1")
    holder.close()


def test_dropping_at_a_server_that_is_gone_gives_up_in_time():
    import psycopg

    with pytest.raises(psycopg.OperationalError):
        drop_database(f"postgresql://127.0.0.1:{free_port()}/postgres", "nothing", timeout_s=0.3)
