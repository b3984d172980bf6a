"""Catches the letters of a machine for development: each becomes a file, and none goes anywhere."""

import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

FOLDER = Path(__file__).resolve().parent.parent / "var" / "mail"


class Catcher:
    """Writes each letter to a file of its own."""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a letter."""
        FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = FOLDER / f"{time.time_ns()}.eml"
        file.write_bytes(envelope.content)
        sys.stdout.write(f"{file}\n")
        sys.stdout.flush()
        return "250 Caught"


def main() -> None:
    """Catch until Ctrl-C, on the port given or 2525."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 2525
    controller = Controller(Catcher(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        controller.stop()


if __name__ == "__main__":
    main()
