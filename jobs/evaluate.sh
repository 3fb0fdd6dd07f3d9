#!/usr/bin/env bash
# jobs/evaluate.sh MODEL --data PATH [--out FILE]: evaluates a model on a cluster (see submit.sh)
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/submit.sh" evaluate "$@"
