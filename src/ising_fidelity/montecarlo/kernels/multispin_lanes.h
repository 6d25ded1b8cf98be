/* The loops of multispin.h for vectors of LANES blocks; included once for each width.
 *
 * Spins are stored site by site, each a vector; the generators' states word by word. */

typedef uint64_t NAME(Vector) __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
typedef struct {
    NAME(Vector) s[4];
} NAME(Generator);

#define Vector NAME(Vector)
#define EVERY(word) ((Vector){0} + (word))
#if LANES == 8
#define ROTATED(x, k) ((Vector)_mm512_rol_epi64((__m512i)(x), k))
/* The second argument where the first has ones, else the third. */
#define CHOSEN(m, a, b) \
    ((Vector)_mm512_ternarylogic_epi64((__m512i)(m), (__m512i)(a), (__m512i)(b), 0xca))
/* Whether u < p, digit by digit, where earlier digits said below. */
#define BELOW(u, p, below) \
    ((Vector)_mm512_ternarylogic_epi64((__m512i)(u), (__m512i)(p), (__m512i)(below), 0x8e))
#else
#define ROTATED(x, k) ((x) << (k) | (x) >> (64 - (k)))
#define CHOSEN(m, a, b) ((b) ^ ((m) & ((a) ^ (b))))
#define BELOW(u, p, below) ((~(u) & (p)) | (~((u) ^ (p)) & (below)))
#endif
#define INLINE static inline __attribute__((always_inline))

INLINE Vector NAME(next)(NAME(Generator) *g)
{
    Vector *s = g->s, result = ROTATED(s[0] + s[3], 23) + s[0], shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = ROTATED(s[3], 45);
    return result;
}

/* Which replicas flip a spin with these neighbors. */
INLINE Vector NAME(flips)(NAME(Generator) *g, Vector spin, Vector a, Vector b, Vector c, Vector d,
                          const Chances *chances)
{
    a ^= spin, b ^= spin, c ^= spin, d ^= spin; /* ones where a bond is unsatisfied */
    Vector ab = a ^ b, cd = c ^ d;
    Vector two = (a & b) | (c & d) | (ab & cd); /* two or more are */
    Vector one = ab | cd;                       /* one or more, unless two */
    Vector rest = NAME(next)(g);
    Vector below = CHOSEN(one, (Vector)(rest < EVERY(chances->four.rest)),
                          (Vector)(rest < EVERY(chances->eight.rest)));
    /* A digit of p is one of four words; they are looked up, as choosing takes longer. */
    const Vector digit[2][2] = {{EVERY(0), ~one}, {one, EVERY(~(uint64_t)0)}};
    for (int i = 0; i < EXPLICIT_BITS; i++) {
        Vector p = digit[chances->four.digit[i] & 1][chances->eight.digit[i] & 1];
        Vector u = NAME(next)(g);
        below = BELOW(u, p, below);
    }
    return two | below;
}

static void NAME(checkerboard_sweeps)(uint64_t *words, uint64_t *state, int64_t sweeps,
                                      int64_t lattice_size, const Chances *chances)
{
    const int64_t L = lattice_size;
    NAME(Generator) g;
    memcpy(&g, state, sizeof g);
    for (int64_t half = 0; half < 2 * sweeps; half++)
        for (int64_t y = 0; y < L; y++) {
            Vector *row = (Vector *)words + y * L;
            const Vector *above = (Vector *)words + (y ? y - 1 : L - 1) * L;
            const Vector *below = (Vector *)words + (y < L - 1 ? y + 1 : 0) * L;
            for (int64_t x = (y + half) & 1; x < L; x += 2) {
                int64_t left = x ? x - 1 : L - 1, right = x < L - 1 ? x + 1 : 0;
                row[x] ^= NAME(flips)(&g, row[x], above[x], below[x], row[left], row[right], chances);
            }
        }
    memcpy(state, &g, sizeof g);
}

static void NAME(random_site_attempts)(uint64_t *words, uint64_t *state, Xoshiro256 *site_state,
                                       int64_t attempts, int64_t lattice_size,
                                       const Chances *chances)
{
    const Torus lattice = torus(lattice_size);
    Vector *spin = (Vector *)words;
    Xoshiro256 order = *site_state;
    NAME(Generator) g;
    memcpy(&g, state, sizeof g);
    uint64_t drawn[AHEAD] = {0};
    for (int64_t attempt = -AHEAD; attempt < attempts; attempt++) {
        uint64_t *place = &drawn[(attempt + AHEAD) % AHEAD], site = *place;
        int64_t j[4];
        if (attempt + AHEAD < attempts) {
            *place = high_word(next_word(&order), (uint64_t)lattice.sites);
            neighbors(&lattice, (int64_t)*place, j);
            __builtin_prefetch(&spin[*place]);
            for (int i = 0; i < 4; i++)
                __builtin_prefetch(&spin[j[i]]);
        }
        if (attempt < 0)
            continue;
        neighbors(&lattice, (int64_t)site, j);
        spin[site] ^= NAME(flips)(&g, spin[site], spin[j[0]], spin[j[1]], spin[j[2]], spin[j[3]],
                                  chances);
    }
    memcpy(state, &g, sizeof g);
    *site_state = order;
}

#undef Vector
#undef EVERY
#undef ROTATED
#undef CHOSEN
#undef BELOW
#undef INLINE
