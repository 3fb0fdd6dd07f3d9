#!/usr/bin/env bash
# jobs/train.sh CONF [--set key.path=value]...: trains on a cluster (see submit.sh)
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/submit.sh" train "$@"
