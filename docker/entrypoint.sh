#!/bin/sh
# The roles of the image: web, worker, beat, migrate. Anything else is run as it is, so that
#   docker compose run --rm web python manage.py tenant list
# works. Each role becomes the process itself (exec), so that signals reach it.
set -eu

role="${1:-web}"
[ "$#" -gt 0 ] && shift

case "$role" in
web | worker | beat | migrate)
    python -c "import config.settings" # once, before any process of theirs: says what is wrong and ends here
    ;;
esac

case "$role" in
web)
    PROMETHEUS_MULTIPROC_DIR=$(mktemp -d) # its processes count there together, so that each knows what /metrics says
    export PROMETHEUS_MULTIPROC_DIR
    exec python -m granian --interface wsgi --no-ws \
        --host "${HOST:-0.0.0.0}" --port "${PORT:-8000}" \
        --workers "${WEB_PROCESSES:-2}" --blocking-threads "${WEB_THREADS:-3}" \
        --respawn-failed-workers --workers-kill-timeout "${WEB_GRACE:-8}" "$@" config.wsgi:application
    ;;
worker)
    exec python -m celery --app config --quiet worker \
        --concurrency "${WORKER_PROCESSES:-2}" --loglevel "${LOG_LEVEL:-INFO}" "$@"
    ;;
beat)
    # one is enough, two do no harm; its schedule is static, so the file may be lost with the container
    exec python -m celery --app config --quiet beat \
        --schedule "${BEAT_SCHEDULE:-/tmp/beat-schedule}" --loglevel "${LOG_LEVEL:-INFO}" "$@"
    ;;
migrate)
    exec python manage.py migrate_schemas "$@"
    ;;
*)
    exec "$role" "$@"
    ;;
esac
