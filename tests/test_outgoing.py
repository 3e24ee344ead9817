"""The one way out: public addresses only, the one that was checked, and an end of time and size."""

import socket
import time
from collections.abc import Iterator
from threading import Event

import pytest

from app import outgoing
from app.config import settings
from tests.fixtures.receiver import Receiver


@pytest.fixture
def on_private_networks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DAYLIGHT_PRIVATE_NETWORKS", "on")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
    "255.255.255.255", "198.18.0.1", "240.0.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::1", "localhost", "", "127.1",
])  # fmt: skip
def test_what_is_not_public_is_not_reached(address: str) -> None:
    assert outgoing.is_public(address) is False


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_what_is_public_may_be_reached(address: str) -> None:
    assert outgoing.is_public(address) is True


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_nothing_leads_to_this_machine(receiver: Receiver, host: str) -> None:
    with pytest.raises(outgoing.Failure):
        outgoing.post(f"http://{host}:{receiver.port}/", b"{}", {})
    assert receiver.messages == []


def test_a_name_that_leads_nowhere_is_a_failure_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_asked: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(outgoing.Failure, match="Name or service not known"):
        outgoing.post("http://nowhere.example/", b"{}", {})


@pytest.mark.usefixtures("on_private_networks")
class TestOnPrivateNetworks:
    def test_the_answer_is_heard(self, receiver: Receiver) -> None:
        answer = outgoing.post(receiver.url, b"{}", {"Content-Type": "application/json"})
        assert (answer.status, answer.body, answer.is_success) == (200, b"Thanks", True)
        assert (receiver.messages[0].body, receiver.messages[0].headers["content-type"]) == ("{}", "application/json")

    def test_no_redirect_is_followed(self, receiver: Receiver) -> None:
        receiver.answers = [(302, {"Location": receiver.url})]
        assert outgoing.post(receiver.url, b"{}", {}).status == 302
        assert len(receiver.messages) == 1

    @pytest.mark.parametrize("habit", ["hang", "drip"])
    def test_a_slow_answer_has_an_end(self, monkeypatch: pytest.MonkeyPatch, receiver: Receiver, habit: str) -> None:
        monkeypatch.setattr(outgoing, "SECONDS_MOST", 0.5)
        receiver.habit = habit
        began = time.monotonic()
        with pytest.raises(outgoing.Failure):
            outgoing.post(receiver.url, b"{}", {})
        assert time.monotonic() - began < 15

    def test_a_slow_look_for_the_address_has_an_end(self, monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
        ended, look_up = Event(), socket.getaddrinfo
        monkeypatch.setattr(outgoing, "SECONDS_MOST", 0.3)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **more: ended.wait(60) and look_up(*asked, **more))
        with pytest.raises(outgoing.Failure):
            outgoing.post(receiver.url, b"{}", {})
        assert not ended.is_set()  # it goes on, and nobody waits for it
        ended.set()
        assert receiver.messages == []

    def test_an_endless_answer_has_an_end(self, receiver: Receiver) -> None:
        receiver.habit = "flood"
        assert outgoing.post(receiver.url, b"{}", {}).body == b"x" * outgoing.BYTES_MOST

    def test_no_proxy_of_the_environment_is_used(self, monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert outgoing.post(receiver.url, b"{}", {}).status == 200
