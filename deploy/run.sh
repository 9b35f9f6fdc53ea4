#!/bin/sh
# The parts of the desk, by the names that docker-compose.yml gives them.
set -eu
cd "$(dirname "$0")/.."
part="${1:-web}"
[ $# -eq 0 ] || shift

worker() {
    exec celery --quiet -A supportdesk.celery worker -n "$1@%h" -Q "$2" -c "$3" \
        --without-gossip --without-mingle --without-heartbeat -l WARNING
}

case "$part" in
web)
    # --preload: what processes share is loaded once, and they count their answers together.
    exec gunicorn supportdesk.wsgi -k gthread -w "${WEB_PROCESSES:-2}" --threads "${WEB_THREADS:-8}" \
        --preload --no-control-socket --bind "${WEB_BIND:-0.0.0.0:8000}" \
        --graceful-timeout 30 --timeout 60 --keep-alive 75 \
        --worker-tmp-dir "${WORKER_TMP:-/dev/shm}" --log-level warning
    ;;
timers) worker timers timers 1 ;;
mail) worker mail mail "${MAIL_AT_ONCE:-2}" ;;
worker) worker worker default,bulk 1 ;;
beat)
    # When each was last rung: good for as long as this process lives.
    exec celery --quiet -A supportdesk.celery beat --schedule "$(mktemp -d)/schedule" --pidfile= -l WARNING
    ;;
upgrade) exec python manage.py upgrade "$@" ;;
backups)
    # The first at once, so that one learns on the first day whether it can be done.
    while :; do
        python manage.py backup --keep "${BACKUPS_KEPT:-14}" --try || true
        sleep "${BACKUP_EVERY_SECONDS:-86400}" &
        wait $!
    done
    ;;
healthy)
    exec python -c '
import os, urllib.request as r
name = os.environ["ALLOWED_HOSTS"].split()[0]
port = os.environ.get("WEB_BIND", ":8000").rpartition(":")[2]
r.urlopen(r.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": name}), timeout=4)'
    ;;
manage) exec python manage.py "$@" ;;
*)
    echo "There is no part “$part”: web, timers, mail, worker, beat, upgrade, backups, manage." >&2
    exit 64
    ;;
esac
