"""A line between browser and server that can be cut and mended."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit


class Line:
    """Passes bytes on, from an address of its own to the server's."""

    def __init__(self, server: str) -> None:
        self._target = (urlsplit(server).hostname, urlsplit(server).port)
        self._open: list[socket.socket] = []
        self._whole = True
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Line:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Drop all connections and refuse new ones."""
        self._whole = False
        for one in self._open:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:  # its other end was gone already
                pass
            one.close()
        self._open.clear()

    def mend(self) -> None:
        """Let new connections through again."""
        self._whole = True

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._whole:
                near.close()
                continue
            far = socket.create_connection(self._target)
            self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:  # cut
        pass
