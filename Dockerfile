# One image for every part of the desk: web, workers, beat, backups and upgrades.
# It runs as an account without rights, on a read-only file system; what is kept lies in volumes.

ARG PYTHON=3.13-slim-bookworm

FROM python:${PYTHON} AS packages
COPY requirements /requirements
# With STORAGE=s3 the image can keep files in an object store.
ARG STORAGE=disk
# Hashes are checked, and nothing is built: that would run a package's code and want a compiler.
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps --only-binary :all: -r /requirements/base.txt \
    && if [ "$STORAGE" = s3 ]; then \
        /venv/bin/pip install --no-cache-dir --require-hashes --no-deps --only-binary :all: -r /requirements/s3.txt; \
    fi

FROM python:${PYTHON}
RUN groupadd --gid 10001 desk \
    && useradd --uid 10001 --gid desk --home-dir /nonexistent --shell /usr/sbin/nologin desk \
    && install --directory --owner=desk --group=desk --mode=0700 /data /backups
COPY --from=packages /venv /venv
COPY . /desk
WORKDIR /desk
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=supportdesk.settings \
    SUPPORTDESK_MODE=production \
    LOG_FORMAT=json \
    DATA_DIR=/data \
    BACKUP_DIR=/backups \
    STATIC_ROOT=/static
# Styles are hashed and translations compiled here, so that nothing has to be written later.
RUN deploy/build.sh
USER desk
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["deploy/run.sh"]
CMD ["web"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s --retries=4 CMD ["deploy/run.sh", "healthy"]
