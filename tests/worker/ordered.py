"""A child that does as it is told: `python -m tests.worker.ordered` answers on the socket of its orders, then ends."""

import os
import socket
import sys

from pressrun.orders import read_orders


def main() -> None:
    """Accept once; say a variable, and the line that came after the orders."""
    descriptor = read_orders()
    if descriptor is None:
        sys.exit(7)
    with socket.socket(fileno=descriptor) as listener:
        caller, _ = listener.accept()
        with caller:
            line = os.read(sys.stdin.fileno(), 100).decode()
            caller.sendall(f"{os.environ['PRESSRUN_SAID']} {line}".encode())


if __name__ == "__main__":
    main()
