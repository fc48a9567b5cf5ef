"""A file is read, changed and written with no other server in between."""

import threading

import pytest

TOKEN = "a-secret-that-nobody-guesses"


def test_what_two_servers_change_at_once_is_changed_twice(server):
    one, two = (server().visitor(TOKEN) for _ in range(2))
    one.save("own", b"0")
    changed = threading.Event()

    def other() -> None:
        two.change("own", lambda there: (there or b"") + b"2")
        changed.set()

    def slow(there: bytes | None) -> bytes:
        thread.start()
        changed.wait(1)  # it has to wait
        return (there or b"") + b"1"

    thread = threading.Thread(target=other)
    one.change("own", slow)
    thread.join()
    assert server().visitor(TOKEN).load("own") == b"012"


def test_a_change_that_is_refused_changes_nothing_and_is_passed_on(server):
    visitor = server().visitor(TOKEN)
    visitor.save("own", b"0")
    refusal = ValueError("not so")

    def refused(_there: bytes | None) -> bytes:
        raise refusal

    with pytest.raises(ValueError) as raised:
        visitor.change("own", refused)
    assert raised.value is refusal and visitor.load("own") == b"0"
    visitor.change("own", lambda _there: None)
    visitor.change("own", lambda there: b"anew" if there is None else None)
    assert visitor.load("own") == b"anew"
