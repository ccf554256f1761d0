"""A way to a server that can be bad: a TCP proxy in a thread of its own."""

import asyncio
import random
import socket
import struct
import threading

GOOD, SLOW, STALLED, ONE_WAY, DROPPING = "good", "slow", "stalled", "one way", "dropping"
# The close of a socket that lingers so is a reset.
RESET = struct.pack("ii", 1, 0)


class Connection:
    def __init__(self, client, server):
        self.client, self.server = client, server
        self.has_dropped = False

    def reset(self):
        for side in (self.client, self.server):
            reset(side)


def reset(writer):
    if not writer.transport.is_closing():
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()


class Proxy:
    """Passes on what it is sent, as its manner is:

    - slow: every piece takes its time;
    - stalled: nothing passes until it is good again, as when packets are lost and sent again;
    - one way: the same, but what the server says passes;
    - dropping: what is sent is gone, and nobody is told until it is good again: then the connection is reset.
    """

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.manner = GOOD
        self.connections = []
        self.changed = asyncio.Event()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def reach(self, target):
        """Listens for a server; returns the address to use in its place."""
        self.host, port = target.split(":")
        self.port = int(port)
        listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, "127.0.0.1", 0), self.loop)
        return f"127.0.0.1:{listening.result().sockets[0].getsockname()[1]}"

    def become(self, manner):
        self._do(lambda: self._become(manner))

    def reset(self):
        """Resets all connections."""
        self._do(lambda: [connection.reset() for connection in self.connections])

    def half_open(self):
        """The server's side of all connections is gone; the other side never hears of it."""
        def close():
            for connection in self.connections:
                connection.has_dropped = True
                reset(connection.server)
        self._do(close)

    def close(self):
        self._do(lambda: [connection.reset() for connection in self.connections])
        self.loop.call_soon_threadsafe(self.loop.stop)

    def _do(self, action):
        async def act():
            action()
        asyncio.run_coroutine_threadsafe(act(), self.loop).result()

    def _become(self, manner):
        if manner == GOOD:
            for connection in self.connections:
                if connection.has_dropped and self.manner == DROPPING:
                    connection.reset()
        self.manner = manner
        self.changed.set()
        self.changed = asyncio.Event()

    async def _serve(self, from_client, to_client):
        try:
            from_server, to_server = await asyncio.open_connection(self.host, self.port)
        except OSError:
            return reset(to_client)
        connection = Connection(to_client, to_server)
        self.connections.append(connection)
        await asyncio.gather(
            self._pass(connection, from_client, to_server, (STALLED, ONE_WAY)),
            self._pass(connection, from_server, to_client, (STALLED,)))
        self.connections.remove(connection)

    async def _pass(self, connection, source, sink, stalls):
        try:
            while data := await source.read(1 << 16):
                while self.manner in stalls:
                    await self.changed.wait()
                if self.manner == SLOW:
                    await asyncio.sleep(random.uniform(0, 0.1))
                if self.manner == DROPPING or connection.has_dropped:
                    connection.has_dropped = True
                    continue
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        # The side that is half open stays so.
        if not connection.has_dropped:
            connection.reset()
