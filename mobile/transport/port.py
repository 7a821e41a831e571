"""What carries a request to the server, as a Protocol."""

from __future__ import annotations

from typing import Protocol

from sync.exchange import HttpReply, HttpRequest


class Transport(Protocol):
    """One exchange at a time; never raises for the network."""

    def exchange(self, request: HttpRequest) -> HttpReply:
        """The reply, or NO_NETWORK for any failure on the way."""
