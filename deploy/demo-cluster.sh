#!/bin/sh
# Three hubs, PostgreSQL, Redis and haproxy on this machine, from a checkout and Debian's packages, to look at and to break.
# Its folder is ./data/demo-cluster (SERVEREYE_DATA_DIR), its port 8080 (SERVEREYE_HTTP_PORT). Ctrl-C stops everything.
set -eu
exec node "$(dirname "$0")/../scripts/run.mjs" demo-cluster "$@"
