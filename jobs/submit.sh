#!/usr/bin/env bash
# jobs/COMMAND.sh [args]: scripts/lockstep COMMAND on a cluster. All of them are links to submit.sh, which takes the command
# from the name that it is called by; submit.sh itself takes it as its first argument.
#
# The cluster is the one that --master URL, LOCKSTEP_MASTER or, through its own configuration, the Spark at SPARK_HOME
# names. scripts/lockstep tells of the other options and variables.
set -euo pipefail

# not readlink -f, which is missing on older macOS, and which would lose the command's name
self=${BASH_SOURCE[0]}
name=$(basename "$self")
while [ -L "$self" ]; do
    name=$(basename "$self")
    target=$(readlink "$self")
    case $target in
        /*) self=$target ;;
        *) self=$(dirname "$self")/$target ;;
    esac
done
SCRIPTS=$(CDPATH='' cd -P -- "$(dirname "$self")/../scripts" && pwd)
if [ "$name" != submit.sh ]; then
    set -- "${name%.sh}" "$@"
fi

master=${LOCKSTEP_MASTER:-}
given=
for argument in "$@"; do
    case $argument in
        --master | --master=*) master='' && given=yes ;;
    esac
done

if [ -n "$master" ]; then
    set -- "$@" --master "$master"
elif [ -z "$given" ] && [ -z "${SPARK_HOME:-}" ]; then
    printf '%s\n' "jobs/${1:-submit}.sh: no cluster is named. Add --master URL (spark://host:7077, yarn, k8s://…), or set" \
        "LOCKSTEP_MASTER to it, or SPARK_HOME to a Spark 4.1 or 4.0 that is configured for one." \
        "Without a cluster: scripts/lockstep ${1:-COMMAND}" >&2
    exit 2
fi

exec "$SCRIPTS/lockstep" "$@"
