"""The suite itself cannot spend money or read a stranger's settings."""

import asyncio
import os
import socket

import pytest
from anthropic import Anthropic, APIConnectionError

from tests.conftest import RequestBlockedError


def test_a_connection_to_another_machine_is_refused() -> None:
    """Below every SDK: by address and by name."""
    with socket.socket() as outside, pytest.raises(RequestBlockedError, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 443))
    with pytest.raises(RequestBlockedError, match=r"api\.example\.invalid"):
        socket.create_connection(("api.example.invalid", 443))


async def test_an_asynchronous_connection_is_refused_too() -> None:
    """The event loop's own connect goes through the same guard."""
    with pytest.raises(RequestBlockedError):
        await asyncio.open_connection("192.0.2.1", 443)


def test_a_model_sdk_cannot_reach_its_service() -> None:
    """What a forgotten fake would do: the SDK fails, and its cause is the switch."""
    client = Anthropic(api_key="test-key-not-real", base_url="http://192.0.2.1", max_retries=0)
    with pytest.raises(APIConnectionError) as failed:
        client.messages.create(
            model="no-such-model", max_tokens=1, messages=[{"role": "user", "content": "hello"}]
        )

    assert isinstance(failed.value.__cause__, RequestBlockedError)


def test_a_server_on_this_machine_can_be_reached() -> None:
    """Fakes of services listen on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        peer, address = server.accept()
        peer.close()

    assert address[0] == "127.0.0.1"


def test_no_key_or_setting_of_the_caller_is_visible() -> None:
    """Tests behave the same for whoever runs them."""
    assert not [name for name in os.environ if name.startswith(("ANTHROPIC_", "OPENAI_", "MUSTER_"))]
