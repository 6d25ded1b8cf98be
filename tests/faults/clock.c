/* A clock that jumps, for LD_PRELOAD: from the moment JUMP_AT on, in s of the monotonic clock, the
   time of day is wrong by JUMP_BY s, in all processes alike. */

#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *when)
{
    const char *at = getenv("JUMP_AT"), *by = getenv("JUMP_BY");
    int status = syscall(SYS_clock_gettime, clock, when);
    struct timespec now;

    if (status == 0 && clock == CLOCK_REALTIME && at && by) {
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
        if (now.tv_sec >= atol(at))
            when->tv_sec += atol(by);
    }
    return status;
}

int gettimeofday(struct timeval *when, void *zone)
{
    struct timespec now;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    when->tv_sec = now.tv_sec;
    when->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *when)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (when)
        *when = now.tv_sec;
    return now.tv_sec;
}
