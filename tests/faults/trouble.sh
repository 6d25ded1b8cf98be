#!/bin/sh
# Stands before ising-fidelity: the job that makes the file VICTIM meets with trouble.
case " $* " in
    *" $VICTIM "*)
        case $TROUBLE in
            # As the kernel ends a process when memory is out. A forked job may have ended by then.
            killed) export ISING_FIDELITY_FORKSERVER=; (sleep 0.5 && kill -KILL $$) & ;;
        esac ;;
esac
exec "$COMMAND" "$@"
