"""The child that reads one document: bytes on its input, a line of JSON for each thing it says."""

import json
import sys
from typing import Any

from cma_app.reading.apart import limit
from cma_app.reading.read import read_document

MOST_SECONDS = 900


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read what comes in and say what it says."""
    limit(MOST_SECONDS)
    content = sys.stdin.buffer.read()
    try:
        found = read_document(
            content, sys.argv[1], told=lambda done, of: _say({"done": done, "of": of})
        )
    except (ValueError, MemoryError):
        _say({"failed": "unreadable"})
        return
    _say({"pages": [page.to_json() for page in found.pages], "page_count": found.page_count})


if __name__ == "__main__":
    main()
