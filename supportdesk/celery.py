"""Celery and everything that happens by the clock, on one page.

A task is a doorbell: the rows in Postgres say what is to be done, a task only
says that somebody should look. Tasks may be lost, doubled or late without
harm, because every sweep below finds the rows that nobody rang for.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")

app = Celery("supportdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    imports=("supportdesk.alive",),
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=120,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 300,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
        "socket_keepalive": True,
        "max_retries": 0,
    },
    broker_pool_limit=8,
    task_publish_retry=False,
    task_default_queue="default",
    task_routes={
        "supportdesk.tasks.run_timers": {"queue": "timers"},
        "supportdesk.tasks.send_mail": {"queue": "mail"},
        "supportdesk.tasks.reap_outbox": {"queue": "default"},
        # These ask the world, as the mail worker may.
        "supportdesk.alive.*": {"queue": "mail"},
    },
    #: Rings, and with Redis gone looks by itself.
    beat_scheduler="supportdesk.bell:Bell",
    # ``expires`` keeps a worker that comes back from a pause from running old ticks.
    beat_schedule={
        "fire the timers that are due": {
            "task": "supportdesk.tasks.run_timers",
            "schedule": 2.0,
            "options": {"expires": 2},
        },
        "send what nobody rang for": {
            "task": "supportdesk.tasks.send_mail",
            "schedule": 5.0,
            "options": {"expires": 5},
        },
        "find out about mail in doubt": {
            "task": "supportdesk.tasks.reap_outbox",
            "schedule": 15.0,
            "options": {"expires": 15},
        },
        "process mail that was stored": {
            "task": "tickets.tasks.process_inbound",
            "schedule": 5.0,
            "options": {"expires": 5},
        },
        "read what the search has still to read": {
            "task": "tickets.tasks.read_into_search",
            "schedule": 10.0,
            "options": {"expires": 10},
        },
        "count what has changed": {
            "task": "supportdesk.dashboards.tasks.count",
            "schedule": 30.0,
            "options": {"expires": 30},
        },
        "say that all is well": {
            "task": "supportdesk.alive.say_that_all_is_well",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "look how long the certificate lasts": {
            "task": "supportdesk.alive.look_at_certificate",
            "schedule": 600.0,
            "options": {"expires": 600},
        },
        "sweep files nobody kept": {
            "task": "tickets.tasks.sweep_files",
            "schedule": 3600.0,
            "options": {"expires": 3600},
        },
        "forget what has expired": {
            "task": "supportdesk.tasks.forget_expired",
            "schedule": 3600.0,
            "options": {"expires": 3600},
        },
    },
)
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_unsafe_production(**kwargs: Any) -> None:
    """Workers and beat refuse what the web process refuses."""
    from supportdesk import checks  # noqa: PLC0415 -- the apps are loaded by now, not before

    checks.refuse_unsafe_production()
