#!/usr/bin/env bash
# jobs/predict.sh MODEL --data PATH --out PATH: scores rows on a cluster (see submit.sh)
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/submit.sh" predict "$@"
