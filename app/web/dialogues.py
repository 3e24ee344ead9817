"""Dialogues: the mail servers that talk to the inbox at the moment, and how much of it each may take.

Whoever finds no room is told so, and as mail servers do, tries again later.
"""

from asyncio import BaseTransport, WriteTransport
from typing import Any

from aiosmtpd.smtp import SMTP

from app import limits
from app.words import _

MOST = 50  # at once, in each process
FROM_A_NETWORK_MOST = 10
IDLE_MOST = 60  # seconds from one command to the next, the words of a mail included
EACH_COMMAND_MOST = 20


class Dialogues:
    """Who talks to us at the moment, and from which network."""

    def __init__(self, handler: object, **options: Any) -> None:
        self.handler, self.options = handler, options
        self.present: dict[Dialogue, str] = {}

    def begin(self) -> "Dialogue":
        limited = {"timeout": IDLE_MOST, "command_call_limit": EACH_COMMAND_MOST}
        return Dialogue(self, self.handler, **limited, **self.options)

    def have_room_for(self, network: str) -> bool:
        return len(self.present) < MOST and list(self.present.values()).count(network) < FROM_A_NETWORK_MOST

    def end(self) -> None:
        """Let everybody go: they hear of it, and try again elsewhere or later."""
        for dialogue in list(self.present):
            if dialogue.transport is not None:
                dialogue.transport.close()


class Dialogue(SMTP):
    """One of them."""

    def __init__(self, all_of_them: Dialogues, *handler: object, **options: Any) -> None:
        super().__init__(*handler, **options)
        self.all_of_them = all_of_them

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        address, *_port = transport.get_extra_info("peername") or [""]
        network = limits.network(address)
        if self.all_of_them.have_room_for(network):
            self.all_of_them.present[self] = network
            return
        assert isinstance(transport, WriteTransport)  # noqa: S101 - a server of streams has no others
        transport.write(f"421 4.7.0 {_('Too many connections. Please try again later.')}\r\n".encode())
        transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.all_of_them.present.pop(self, None)
        super().connection_lost(error)
