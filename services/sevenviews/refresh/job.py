"""Runs a refresh from wherever it is."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from datetime import UTC, datetime

from sevenviews.backends.refreshes import DoneStep, Refresh, RefreshState
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.refresh.config import RefreshConfig
from sevenviews.refresh.context import Context, Surroundings
from sevenviews.refresh.plan import Kind, Plan
from sevenviews.refresh.report import write_report
from sevenviews.refresh.steps import STEPS, Step


def begin(
    around: Surroundings,
    config: RefreshConfig,
    kind: Kind = Kind.REFRESH,
    *,
    release_id: str = "",
    model_version: str = "",
) -> Refresh:
    """Begin a refresh, and run it to its end.

    Args:
        around: where.
        config: what.
        kind: what ends it.
        release_id: of the release that is built; empty: named after the refresh.
        model_version: where none is trained; empty: that of the serving release.

    Raises:
        SevenviewsError: REFRESH_LOCKED; REFRESH_REFUSED; or what a step failed with. The record says so too.
    """
    with around.lock as lock:
        now = datetime.now(UTC)
        refresh_id = f"f-{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}"
        if kind is not Kind.REFRESH and not model_version:
            model_version = around.services.serving_release().model_version
        plan = Plan(
            kind=kind, release_id=release_id or refresh_id, model_version=model_version, config=config
        )
        record = Refresh(
            refresh_id, RefreshState.RUNNING, lock.token, _me(), now, configuration=plan.model_dump_json()
        )
        around.services.put_refresh(record)
        return _run(around, record, plan)


def resume(around: Surroundings) -> Refresh | None:
    """Go on with the newest refresh if it is unfinished; None if it is not, or there is none.

    Raises:
        SevenviewsError: as `begin`.
    """
    with around.lock as lock:
        newest = around.services.refreshes(1)
        if not newest or not newest[0].unfinished:
            return None
        record = replace(
            newest[0], state=RefreshState.RUNNING, fencing_token=lock.token, holder=_me(), message=""
        )
        plan = Plan.model_validate_json(record.configuration)
        if plan.promotes:
            around.services.fence(lock.token)
        around.services.put_refresh(record)
        around.tell(f"going on with {record.refresh_id}, begun {record.started:%Y-%m-%d %H:%M} UTC")
        return _run(around, record, plan)


def _run(around: Surroundings, record: Refresh, plan: Plan) -> Refresh:
    context = Context.within(around, plan, record)
    try:
        with around.engine:
            for number, step in enumerate(STEPS, 1):
                _do(context, step, f"[{number}/{len(STEPS)}] {step.name}")
        state = RefreshState.PROMOTED if plan.promotes else RefreshState.BUILT
        _keep(context, replace(context.record, state=state, current_step=""))
    except SevenviewsError as error:
        _fail(context, error)
        raise
    finally:
        write_report(context.record, plan, context.work)
    return context.record


def _do(context: Context, step: Step, title: str) -> None:
    if context.facts(step.name) is not None:
        context.tell(f"{title}: already done, skipping")
        return
    context.tell(f"{title}: {step.purpose}")
    context.lock.check()
    _keep(context, replace(context.record, current_step=step.name))
    started = datetime.now(UTC)
    facts = step.work(context)
    _keep(context, context.record.with_step(DoneStep(step.name, started, datetime.now(UTC), facts)))


def _keep(context: Context, record: Refresh) -> None:
    context.services.put_refresh(record)
    context.record = record


def _fail(context: Context, error: SevenviewsError) -> None:
    refused = error.reason is Reason.REFRESH_REFUSED
    state = RefreshState.REFUSED if refused else RefreshState.FAILED
    context.record = replace(context.record, state=state, message=f"{error.message} [{error.reason}]")
    if error.reason is Reason.REFRESH_FENCED:
        return  # the record belongs to another holder now
    try:
        context.services.put_refresh(context.record)
    except SevenviewsError as unkept:
        context.tell(f"the journal could not be written: {unkept.message}")


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
