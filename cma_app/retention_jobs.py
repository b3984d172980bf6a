"""What the worker does about what is kept: each centre's list once a day, and what was confirmed.

What is true stands in `retention_runs` and `retention_items`: a worker that dies in the middle has
done whole circles, and the next one goes on with those whose turn is still to come. Bytes go after
their rows; what a crash leaves of them no row names, and the day's sweep finds it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import procrastinate
import structlog

from cma_app.clock import now
from cma_app.errors import CmaError
from cma_app.services import forgetting, forgetting_sweep, rule_tasks
from cma_app.vault import store

log = structlog.get_logger(__name__)

EVERY_FIVE_MINUTES: Final = "*/5 * * * *"
InCentre = Callable[..., Awaitable[Any]]
Held = Callable[[str], AbstractAsyncContextManager[bool]]


def add_retention(app: procrastinate.App, in_centre: InCentre, held: Held) -> None:
    """Teach a queue to look after what is kept, with the worker's way into a centre and its locks.

    It looks often, so that what a manager confirmed is done soon; a list is written once a day.
    """

    async def keep(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 - when it was due
        await keep_round(in_centre, held)

    every = app.periodic(cron=EVERY_FIVE_MINUTES)
    every(app.task(name="keep", queueing_lock="keep", pass_context=True)(keep))


async def keep_round(in_centre: InCentre, held: Held) -> None:
    """Go through the centres once, and sweep the store where a day's work was begun."""
    new_day = []
    for centre_id in await in_centre(0, rule_tasks.open_centres):
        try:
            if await keep_centre(in_centre, held, centre_id):
                new_day.append(centre_id)
        except Exception as error:
            log.warning("retention_failed", centre=centre_id, error=type(error).__name__)
    if new_day:
        await sweep_store(in_centre, new_day)


async def keep_centre(in_centre: InCentre, held: Held, centre_id: int) -> bool:
    """Write a centre's list if it is a new day, and do what was confirmed; say whether it was.

    One worker at a time: another that comes meanwhile does nothing.
    """
    async with held(f"retention/{centre_id}") as is_mine:
        if not is_mine:
            return False
        await _do_confirmed(in_centre, centre_id)
        is_new = bool(await in_centre(centre_id, forgetting.list_today))
        if is_new:
            await _tidy(in_centre, centre_id)
        return is_new


async def _do_confirmed(in_centre: InCentre, centre_id: int) -> None:
    while numbers := await in_centre(centre_id, forgetting.confirmed_items):
        for number in numbers:
            await _do_one(in_centre, centre_id, number)
    if await in_centre(centre_id, forgetting.end_lists):
        log.info("retention", centre=centre_id, came="done")


async def _do_one(in_centre: InCentre, centre_id: int, number: int) -> None:
    """Do one person and their circle; one that goes wrong is left and holds up nobody else."""
    try:
        paths = await in_centre(centre_id, forgetting.forget, number)
    except Exception as error:
        log.warning("forgetting_failed", centre=centre_id, item=number, error=type(error).__name__)
        await in_centre(centre_id, forgetting.leave, number)
        return
    await _remove(paths)
    log.info("forgotten", centre=centre_id, item=number, files=len(paths))


async def _tidy(in_centre: InCentre, centre_id: int) -> None:
    """Let go what goes by itself; what goes wrong holds up nothing else."""
    try:
        while (found := await in_centre(centre_id, forgetting_sweep.empty_removed))[0]:
            await _remove(found[1])
            log.info("documents_emptied", centre=centre_id, number=found[0])
    except Exception as error:
        log.warning("emptying_failed", centre=centre_id, error=type(error).__name__)
    for work in (forgetting_sweep.forget_drafts, forgetting_sweep.forget_old_log):
        try:
            number = await in_centre(centre_id, work)
        except Exception as error:
            log.warning("round_failed", step=work.__name__, error=type(error).__name__)
        else:
            log.info(work.__name__, centre=centre_id, number=number)


async def sweep_store(in_centre: InCentre, centres: Iterable[int]) -> int:
    """Remove bytes of these centres that no row names, once a day old; return how many."""
    wanted, until = {str(each) for each in centres}, now() - forgetting_sweep.ORPHAN_AFTER
    old: dict[str, list[str]] = defaultdict(list)
    try:
        for path, put_at in await asyncio.to_thread(lambda: list(store.everything())):
            centre = path.partition("/")[0]
            if centre in wanted and put_at < until:
                old[centre].append(path)
    except CmaError as error:
        log.warning("sweep_failed", error=type(error).__name__)
        return 0
    gone = 0
    for centre, paths in old.items():
        orphans = await in_centre(int(centre), forgetting_sweep.unnamed, paths)
        await _remove(orphans)
        gone += len(orphans)
    if gone:
        log.info("store_swept", removed=gone)
    return gone


async def _remove(paths: Iterable[str]) -> None:
    """Remove bytes that no row names any more; what the store does not give now, a sweep finds."""
    for path in paths:
        try:
            await asyncio.to_thread(store.remove, path)
        except CmaError as error:
            log.warning("bytes_left", error=type(error).__name__)
