"""The databases, for all tests of the store."""

from tests.store.databases import postgresql_server, postgresql_url, server, where  # noqa: F401
