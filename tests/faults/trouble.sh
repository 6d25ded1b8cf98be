#!/bin/sh
# Stands before ising-fidelity: the job that makes the file VICTIM meets with trouble.
case " $* " in
    *" $VICTIM "*)
        case $TROUBLE in
            # As the kernel ends a process when memory is out.
            killed) (sleep 0.7 && kill -KILL $$) & ;;
        esac ;;
esac
exec "$COMMAND" "$@"
