"""Connect to a port of this machine again and again until told to stop; count what was answered, and what was refused or cut off."""

from __future__ import annotations

import json
import signal
import socket
import sys
import time

seen: dict[str, int] = {}
order: list[str] = []
lost = 0
stopping: list[int] = []

signal.signal(signal.SIGTERM, lambda number, _frame: stopping.append(number))
while not stopping:
    try:
        with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10) as connection:
            answer = connection.recv(100).decode()
    except OSError:
        answer = ""
    if answer:
        seen[answer] = seen.get(answer, 0) + 1
        if not order or order[-1] != answer:
            order.append(answer)
    else:
        lost += 1
    time.sleep(0.002)
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump({"seen": seen, "order": order, "lost": lost}, file)
