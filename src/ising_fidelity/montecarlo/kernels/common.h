/* What all kernels share: the generator of random words, and who is whose neighbor. */
#ifndef ISING_FIDELITY_COMMON_H
#define ISING_FIDELITY_COMMON_H

#include <stdint.h>
#include <string.h>

typedef struct {
    uint64_t s[4];
} Xoshiro256;

static inline uint64_t rotated(uint64_t word, int k) { return (word << k) | (word >> (64 - k)); }

/* The next 64 random bits of xoshiro256++ (Blackman and Vigna, ACM TOMS 47, 36, 2021). */
static inline uint64_t next_word(Xoshiro256 *g)
{
    uint64_t *s = g->s, result = rotated(s[0] + s[3], 23) + s[0], shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotated(s[3], 45);
    return result;
}

/* The product of two words divided by 2^64. */
static inline uint64_t high_word(uint64_t a, uint64_t b)
{
    return (uint64_t)(((unsigned __int128)a * b) >> 64);
}

/* A square of L x L sites, row by row, that closes on itself. Neighbors are computed: a table of
 * them would fill the caches that the spins of large lattices need. */
typedef struct {
    int64_t L, sites;
    uint64_t inverse; /* 2^64 / L, rounded up: exact divisions of sites by L < 2^21 */
} Torus;

static inline Torus torus(int64_t L)
{
    return (Torus){L, L * L, UINT64_MAX / (uint64_t)L + 1};
}

static inline void neighbors(const Torus *torus, int64_t site, int64_t found[4])
{
    int64_t L = torus->L, last = torus->sites - L;
    int64_t x = site - (int64_t)high_word((uint64_t)site, torus->inverse) * L;
    found[0] = site - L + (site < L ? torus->sites : 0);
    found[1] = site + L - (site >= last ? torus->sites : 0);
    found[2] = site - 1 + (x == 0 ? L : 0);
    found[3] = site + 1 - (x == L - 1 ? L : 0);
}

#endif
