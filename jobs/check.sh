#!/usr/bin/env bash
# jobs/check.sh CONF [--json FILE]: checks a config, its data and its gradient on a cluster (see submit.sh)
set -euo pipefail
# not readlink -f, which is missing on older macOS
self=${BASH_SOURCE[0]}
while [ -L "$self" ]; do
    target=$(readlink "$self")
    case $target in
        /*) self=$target ;;
        *) self=$(dirname "$self")/$target ;;
    esac
done
exec "$(dirname "$self")/submit.sh" check "$@"
