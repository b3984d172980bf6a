"""How Reflex builds and serves the screens; what people may set is in `cma_app.settings`.

No state gets automatic setters: that is Reflex's default, and naming it here warns at each start.
"""

import shutil
from pathlib import Path

import reflex as rx
from reflex_base.constants.state import StateManagerMode
from reflex_base.plugins import SitemapPlugin

from cma_app.settings import settings
from cma_app.web.front_end import OwnOrigin, SmallStyle

config = rx.Config(
    app_name="cma_app",
    api_url=f"http://localhost:{settings().port}",
    bun_path=Path(shutil.which("bun") or "bun"),
    cors_allowed_origins=settings().allowed_origins,
    default_color_mode="system",
    disable_plugins=[SitemapPlugin],
    frontend_compression_formats=["brotli", "gzip"],
    frontend_lazy_bundled_libraries=True,
    plugins=[OwnOrigin(), SmallStyle()],
    show_built_with_reflex=False,
    state_manager_mode=StateManagerMode.MEMORY,
    telemetry_enabled=False,
    transport="websocket",
    trusted_proxy_hops=settings().trusted_proxy_hops,
)
