/* Multi-spin coding: many lattices at once, one bit each.
 *
 * Word i of a block holds site i of 64 replicas, one replica per bit (1 is spin up). Logic on whole
 * words moves all 64 at once, and a vector of several blocks moves as many more: with AVX-512, one
 * instruction handles 512 replicas. There are no branches
 * and no tables, and the cost is the same at any temperature.
 *
 * Which spins flip. To turn a spin that differs from k of its four neighbors costs 8 - 4 k: with
 * k >= 2 it always flips, with k = 1 and 0 it flips with the chances p = exp(-4/T) and exp(-8/T).
 * One comparison u < p per replica decides, and is made at every site, as some replica always asks.
 *
 * Whose random numbers. Replicas that share u merge into one configuration at and below T_c, so
 * each has its own: bit r of successive random words makes the digits of replica r's u. Comparing
 * digit by digit, from the least significant one up,
 *
 *     below <- digit of u < digit of p, or they are equal and below,
 *
 * is one logical instruction per digit. EXPLICIT_BITS digits are drawn in this way. They settle all
 * but one decision in 2^12; for those, a last word, read as one number of 64 bits and compared with
 * the rest of p, decides for all replicas of the block that ask. Each single decision is thereby
 * exact to 76 bits, and two replicas of a block share one at a given site and time with a chance of
 * 2^-24.
 *
 * Streams. Each block of 64 has its own xoshiro256++, whatever the width of the vectors, which draws
 * EXPLICIT_BITS + 1 words per site, never more or less. So the results are the same bits on
 * every machine, for any number of threads, and do not change when blocks are added. In random-site
 * order, all replicas visit the same sites, drawn from a stream of its own: a flip at any site
 * leaves the Boltzmann distribution as it is, so that what replicas in equilibrium show at the same
 * time stays uncorrelated. multispin_lanes.h has the loops, compiled here once per width.
 */
#ifndef ISING_FIDELITY_MULTISPIN_H
#define ISING_FIDELITY_MULTISPIN_H

#include "common.h"

enum { EXPLICIT_BITS = 12 };

/* How many random sites ahead spins are fetched, as large lattices are not in the caches. */
enum { AHEAD = 16 };

/* A chance p as the rest, p 2^EXPLICIT_BITS modulo 1 in units of 2^-64, and before it the binary
 * digits of p, the least significant first, each spread over a word. */
typedef struct {
    uint64_t digit[EXPLICIT_BITS], rest;
} Chance;

typedef struct {
    Chance four, eight; /* of flips that cost 4 and 8 */
} Chances;

/* Vectors never cross a call here, so that no calling convention is at stake. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

#define JOINED_(name, lanes) name##_##lanes
#define JOINED(name, lanes) JOINED_(name, lanes)
#define NAME(name) JOINED(name, LANES)

#define LANES 1
#include "multispin_lanes.h"
#undef LANES
#define LANES 2 /* SSE2 and NEON, which their machines always have */
#include "multispin_lanes.h"
#undef LANES

#if defined(__x86_64__)
#include <immintrin.h>
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
#define LANES 4
#include "multispin_lanes.h"
#undef LANES
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,prefer-vector-width=512")
#endif
#define LANES 8
#include "multispin_lanes.h"
#undef LANES
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

/* How many blocks this machine moves at once. */
static int widest(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f"))
        return 8;
    if (__builtin_cpu_supports("avx2"))
        return 4;
#endif
    return 2;
}

#if defined(__x86_64__)
#define DISPATCH(lanes, name, ...)                                                               \
    switch (lanes) {                                                                             \
    case 1: name##_1(__VA_ARGS__); break;                                                        \
    case 2: name##_2(__VA_ARGS__); break;                                                        \
    case 4: name##_4(__VA_ARGS__); break;                                                        \
    case 8: name##_8(__VA_ARGS__); break;                                                        \
    }
#else
#define DISPATCH(lanes, name, ...)                                                               \
    switch (lanes) {                                                                             \
    case 1: name##_1(__VA_ARGS__); break;                                                        \
    case 2: name##_2(__VA_ARGS__); break;                                                        \
    }
#endif

/* Visit every site once a sweep: one color of the checkerboard row by row, then the other. */
static void checkerboard_sweeps(int lanes, uint64_t *spins, uint64_t *state, int64_t sweeps,
                                int64_t lattice_size, const Chances *chances)
{
    DISPATCH(lanes, checkerboard_sweeps, spins, state, sweeps, lattice_size, chances)
}

/* Visit sites drawn from a stream, floor(w sites / 2^64) for each word w. */
static void random_site_attempts(int lanes, uint64_t *spins, uint64_t *state, Xoshiro256 *site_state,
                                 int64_t attempts, int64_t lattice_size, const Chances *chances)
{
    DISPATCH(lanes, random_site_attempts, spins, state, site_state, attempts, lattice_size, chances)
}

/* Transpose a matrix of 64 x 64 bits in place: swap its quarters, then theirs, down to single bits
 * (Warren, Hacker's Delight, 7-3). */
static void transpose(uint64_t word[64])
{
    uint64_t mask = 0x00000000ffffffff;
    for (int width = 32; width; width >>= 1, mask ^= mask << width)
        for (int upper = 0; upper < 64; upper += 2 * width)
            for (int row = upper; row < upper + width; row++) {
                uint64_t swapped = (word[row] >> width ^ word[row + width]) & mask;
                word[row] ^= swapped << width;
                word[row + width] ^= swapped;
            }
}

/* Write the spins of 64 replicas as -1 and +1, replica by replica, sites in order. */
static void unpack_block(const uint64_t *spins, int64_t stride, int64_t sites, int8_t *frames)
{
    int8_t spread[256][8];
    for (int byte = 0; byte < 256; byte++)
        for (int bit = 0; bit < 8; bit++)
            spread[byte][bit] = (int8_t)(2 * (byte >> bit & 1) - 1);
    for (int64_t first = 0; first < sites; first += 64) {
        uint64_t word[64] = {0};
        int64_t count = sites - first < 64 ? sites - first : 64;
        for (int64_t i = 0; i < count; i++)
            word[i] = spins[(first + i) * stride];
        transpose(word);
        for (int replica = 0; replica < 64; replica++) {
            int8_t *frame = frames + replica * sites + first;
            for (int64_t i = 0; i < count; i += 8)
                memcpy(frame + i, spread[word[replica] >> i & 255], (size_t)(count - i < 8 ? count - i : 8));
        }
    }
}

#endif
