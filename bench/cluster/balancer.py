"""A balancer as small as can be: each connection to the next machine that takes it.

    python -m bench.cluster.balancer PORT FILE

FILE has one address a line and is read again when it changes.
"""

import asyncio
import contextlib
import itertools
import signal
import sys
from pathlib import Path

#: A machine that does not take a connection in this time is passed over.
PATIENCE_SECONDS = 0.5


class Balancer:
    def __init__(self, file: Path) -> None:
        self.file, self.turn = file, itertools.count()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind = await self.connected()
        if behind is None:
            writer.write(
                b"HTTP/1.1 503 Nobody there\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            with contextlib.suppress(OSError):
                await writer.drain()
            writer.close()
            return
        ways = {
            asyncio.create_task(_pass(reader, behind[1])),
            asyncio.create_task(_pass(behind[0], writer)),
        }
        # When one side hangs up, the other is told.
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for side in (writer, behind[1]):
            side.close()

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        machines = self.file.read_text().split()
        for _try in range(len(machines) * 2):
            host, _, port = machines[next(self.turn) % len(machines)].partition(":")
            with contextlib.suppress(OSError, TimeoutError):
                line = asyncio.open_connection(host, int(port))
                return await asyncio.wait_for(line, PATIENCE_SECONDS)
        return None


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()


async def main() -> None:
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    server = await asyncio.start_server(Balancer(file).serve, "127.0.0.1", port)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("ready", flush=True)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
