"""Timers have a queue and a process of their own: mail that hangs cannot stop them."""

from supportdesk.bootstrap.up import WORKERS
from supportdesk.celery import app

app.loader.import_default_modules()
OF_TIMERS = "supportdesk.tasks.run_timers"


def queue_of(task: str) -> str:
    route = app.amqp.router.route({}, task)
    return str(route["queue"].name) if "queue" in route else str(app.conf.task_default_queue)


def test_nothing_but_the_tick_is_in_the_queue_of_the_timers() -> None:
    ours = [name for name in app.tasks if not name.startswith("celery.")]
    assert OF_TIMERS in ours
    assert [name for name in ours if queue_of(name) == "timers"] == [OF_TIMERS]


def test_one_process_works_on_it_and_on_nothing_else() -> None:
    queues = {name: queues.split(",") for name, queues, _threads in WORKERS}
    assert [name for name, named in queues.items() if "timers" in named] == ["timers"]
    assert queues["timers"] == ["timers"]
    assert [name for name, named in queues.items() if "mail" in named] == ["mail"]


def test_every_bell_is_heard_by_somebody() -> None:
    heard = {queue for _name, queues, _threads in WORKERS for queue in queues.split(",")}
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert tasks <= set(app.tasks)
    assert {queue_of(task) for task in tasks} <= heard


def test_old_ticks_are_not_run_after_a_pause() -> None:
    [tick] = [e for e in app.conf.beat_schedule.values() if e["task"] == OF_TIMERS]
    assert (tick["schedule"], tick["options"]["expires"]) == (2.0, 2)
