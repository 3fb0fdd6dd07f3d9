#!/usr/bin/env bash
# jobs/schedule/nightly.sh CONF [options of retrain]: one scheduled retraining, for schedulers that know success and failure
# only, such as cron. Says in one line what came of it, and ends with 0 where the champion was replaced or kept.
#
# Exit codes of retrain: 0 the challenger is champion, 10 the champion is kept, 1 an internal fault, 2 config or usage (also:
# another retraining is at work), 3 data, 4 the training diverged. Whatever it is, the registry is whole.
#
# LOCKSTEP_RETRAIN is the command that retrains, jobs/retrain.sh by default. For one machine without a cluster:
# LOCKSTEP_RETRAIN='/opt/lockstep/scripts/lockstep retrain'.
set -uo pipefail

HERE=$(CDPATH='' cd -P -- "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ $# -eq 0 ]; then
    echo "usage: $0 CONF [options of retrain]" >&2
    exit 2
fi

if [ -n "${LOCKSTEP_RETRAIN:-}" ]; then
    # a command with its arguments, to be split at blanks
    # shellcheck disable=SC2086
    $LOCKSTEP_RETRAIN "$@"
else
    "$HERE/../retrain.sh" "$@"
fi
code=$?

case $code in
    0) echo "retrain $1: the challenger is the champion now" ;;
    10)
        echo "retrain $1: the champion is kept"
        code=0
        ;;
    2) echo "retrain $1: refused (config, usage, or another retraining is at work)" >&2 ;;
    3) echo "retrain $1: the data cannot be trained on" >&2 ;;
    4) echo "retrain $1: the training diverged" >&2 ;;
    *) echo "retrain $1: failed with exit code $code" >&2 ;;
esac
exit $code
