#!/bin/sh
# Everything that is made once, when the image is built: it needs no database and no secret.
set -eu
cd "$(dirname "$0")/.."
python -m compileall -q customers feedback supportdesk tickets >/dev/null || true
python supportdesk/bootstrap/catalogues.py
SECRET_KEY=only-to-build python manage.py collectstatic --no-input --verbosity 0
