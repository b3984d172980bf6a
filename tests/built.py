"""Builds the screens beside the first tests, so that those which need them find them built."""

from pathlib import Path
from tempfile import TemporaryDirectory

from cma_app.build import build_frontend


def main() -> None:
    """Build what changed; a failure shows where the screens are needed."""
    with TemporaryDirectory(prefix="cma-built-") as home:
        build_frontend(Path(home))


if __name__ == "__main__":
    main()
