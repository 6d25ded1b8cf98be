#!/bin/bash
# The daemons of a cluster of one node, for as long as standard input is open. Run as the first
# process of its own mount and PID namespaces: what it binds over /etc/slurm nobody else sees, and
# when it ends, for whatever reason, all that it and its cluster started ends too.
set -euo pipefail
cd "$1"

mount --bind etc /etc/slurm
munged --foreground --socket="$1/munge.socket" --key-file="$1/munge.key" --seed-file="$1/munge.seed" \
    --pid-file="$1/munge.pid" --log-file="$1/munge.log" &
until test -S munge.socket; do sleep 0.1; done
slurmctld -D &
slurmd -D -N node &
cat > /dev/null
