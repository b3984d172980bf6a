"""Waiting for somebody who is not of this machine, without keeping anybody else waiting."""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_OUTSIDE: Final = ThreadPoolExecutor(4, thread_name_prefix="outside")
"""Threads of their own: a slow provider delays no page but that of who waits for it."""


async def outside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `work` returns, which may wait for a provider."""
    call = functools.partial(work, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_OUTSIDE, call)
