"""Follow a broker: subscribe, hand over, acknowledge only what is on disk, and come back after every
break."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import aiomqtt

from tidehub.adapters.mqtt.decode import MqttDecoder, Subscription
from tidehub.adapters.streams import Accept, AcceptIdentities, Backoff
from tidehub.kernel.errors import Refusal, Unavailable
from tidehub.kernel.instants import Clock
from tidehub.methods.tracking.model import Decoded, nothing

_LOG = logging.getLogger(__name__)
_TOGETHER_MAX = 500


class MqttFeed:
    """Keep one connection to a broker.

    Parameters
    ----------
    subscriptions
        What to listen to; the first whose filter matches a topic decides its form.
    accept
        Gets the fixes and problems; a message of QoS 1 or 2 is acknowledged after it has returned.
    identifier
        Name of our session at the broker. It stays the same, so the broker keeps what comes while we are away
        and sends again what was not acknowledged.

    Notes
    -----
    aiomqtt 2 takes messages off the wire before they are read here, and paho 2 would acknowledge them at
    once. The paho client underneath is therefore switched to manual acknowledgement (``manual_ack_set``), and
    each message is acknowledged by its id. The broker limits how many unacknowledged messages are on their
    way (Mosquitto: ``max_inflight_messages``, 20 by default), so they are handed over together.
    """

    def __init__(
        self,
        host: str,
        subscriptions: Sequence[Subscription],
        accept: Accept,
        clock: Clock,
        *,
        port: int = 1883,
        username: str | None = None,
        password: str | None = None,
        identifier: str = "tidehub",
        accept_identities: AcceptIdentities | None = None,
        tls: bool = False,
        backoff: Backoff | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        assert subscriptions, "a feed without a topic hears nothing"
        self._host = host
        self._subscriptions = tuple(subscriptions)
        self._accept = accept
        self._accept_identities = accept_identities
        self._clock = clock
        self._options: dict[str, Any] = {
            "port": port,
            "username": username,
            "password": password,
            "identifier": identifier,
            "clean_session": False,
            "tls_params": aiomqtt.TLSParameters() if tls else None,
        }
        self._backoff = backoff or Backoff()
        self._sleep = sleep
        self.decoder = MqttDecoder()
        self.connected = False
        self.acknowledged_count = 0
        self.last_error = ""

    async def run(self) -> None:
        """Follow until cancelled; every break is followed by a longer wait, up to a minute."""
        while True:
            try:
                await self._follow()
            except (aiomqtt.MqttError, OSError, Unavailable, Refusal) as error:
                self.last_error = f"{type(error).__name__}: {error}"[:200]
                _LOG.warning("the broker %s is left: %s", self._host, self.last_error)
            finally:
                self.connected = False
            await self._sleep(self._backoff.next_wait_s())

    async def _follow(self) -> None:
        client = aiomqtt.Client(self._host, **self._options)
        paho = client._client  # the only way to it
        paho.manual_ack_set(True)
        waiting: asyncio.Queue[aiomqtt.Message] = asyncio.Queue()
        async with client:
            for one in self._subscriptions:
                await client.subscribe(one.topic, qos=one.qos)
            self.connected = True
            reading = asyncio.create_task(_read(client, waiting))
            try:
                while True:
                    messages = await _next(waiting, reading)
                    self._backoff.succeeded()
                    await self._take(messages)
                    for message in messages:
                        if message.qos:
                            paho.ack(message.mid, message.qos)
                            self.acknowledged_count += 1
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def _take(self, messages: Sequence[aiomqtt.Message]) -> None:
        out = nothing()
        now = self._clock.now()
        for message in messages:
            self._decode(message, now, out)
        if out.fixes or out.problems:
            await self._accept(out.fixes, out.problems)
        if out.identities and self._accept_identities is not None:
            await self._accept_identities(out.identities)

    def _decode(self, message: aiomqtt.Message, now: datetime, out: Decoded) -> None:
        payload = message.payload
        data = payload if isinstance(payload, bytes) else str(payload).encode()
        for one in self._subscriptions:
            if message.topic.matches(one.topic):
                told = self.decoder.feed(message.topic.value, one.form, data, now)
                out.fixes.extend(told.fixes)
                out.problems.extend(told.problems)
                out.identities.extend(told.identities)
                return


async def _read(client: aiomqtt.Client, waiting: asyncio.Queue[aiomqtt.Message]) -> None:
    async for message in client.messages:
        waiting.put_nowait(message)


async def _next(waiting: asyncio.Queue[aiomqtt.Message], reading: asyncio.Task[None]) -> list[aiomqtt.Message]:
    """Wait for a message and take all that are there; raises what ended the reading."""
    if waiting.empty():
        getting = asyncio.create_task(waiting.get())
        try:
            await asyncio.wait((getting, reading), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not getting.done():
                getting.cancel()
        if not getting.done() or getting.cancelled():
            await reading
            raise aiomqtt.MqttError("the broker ended the stream")
        messages = [getting.result()]
    else:
        messages = []
    while not waiting.empty() and len(messages) < _TOGETHER_MAX:
        messages.append(waiting.get_nowait())
    return messages
