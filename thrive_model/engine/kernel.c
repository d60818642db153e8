/* The monthly step in C, for many draws: the same contract, steps and words as specification.py, which says what
 * they mean. `layout.py` fills in `struct Pathway`, and `compiled.py` loads this file as a plain shared library.
 *
 * Draws are worked in blocks of LANES, innermost, so that every operation is one on whole vectors. No operation mixes
 * lanes, nothing is reassociated and no product is fused with a sum: a draw comes to the same bits in any block, in any
 * place of it, with any number of others and on any instruction set.
 *
 * What makes it fast:
 * - Within a band of ages the same chances hold, so that moves of a band are chance x stock of the band. All limits
 *   (additions, matches, places) are settled on bands, and come down to coefficients; only then are the ages swept.
 * - A sweep is one sparse product: each row (decisions in their turn, doors of places, stays) is the sum of a
 *   coefficient times the row it comes from. A decision is a row that is filled before it is drawn on. A door is a row
 *   in which those wait who newly arrive at a cell with places, until it is known who finds one.
 * - Ages live in slots, and a table says which age is in which slot: growing older moves no children in memory.
 * - Chances are made again only where a factor or the period has changed since the month before.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifndef LANES
#define LANES 16
#endif
#ifndef STAMP
#define STAMP "unknown"
#endif

/* This file is compiled once for every instruction set, with INSTRUCTIONS its name and WIDTH the bytes of its vectors.
 * The object for `any` chooses among them as it runs, unless it is PLAIN: then it is the only one. */
#ifndef INSTRUCTIONS
#define INSTRUCTIONS any
#define WIDTH 16
#endif
#define JOINED(name, instructions) name##_##instructions
#define FOR(name, instructions) JOINED(name, instructions)

#define PART static inline __attribute__((always_inline))
#define EACH_LANE(l) _Pragma("omp simd") for (int l = 0; l < LANES; l++)

/* Sums over a list are held in vectors, which compilers keep in registers as they do not an array. */
typedef double Vector __attribute__((vector_size(WIDTH), may_alias));
#define VECTORS (LANES * 8 / WIDTH)
/* Ages of a band that are worked at once, as far as there are registers for their sums. */
#define MOST_ABREAST 4
#define ABREAST (WIDTH == 16 ? 2 : 4)
#define EACH_ABREAST(n, count) _Pragma("GCC unroll 4") for (int n = 0; n < count; n++)
#define EACH_VECTOR(v) _Pragma("GCC unroll 8") for (int v = 0; v < VECTORS; v++)

_Static_assert(sizeof(void *) == 8, "addresses are handed over as 64 bits");

enum { FINISHED = 0, NO_WAY_OUT = 1 };
enum { BY_HAZARD = 0, BY_TIME = 1, BY_OVERFLOW = 2 };

/* One figure of every draw in the block. */
typedef double Row[LANES] __attribute__((aligned(64)));

/* A figure by month and draw, wherever it lies; a step of 0 along an axis serves all of it. */
struct Series {
    const double *at;
    int64_t by_month, by_draw;
};

/* Lists of different lengths: those of n are item[first[n]] to item[first[n + 1] - 1]. */
struct Ragged {
    const int32_t *first, *item;
};
#define EACH(i, ragged, n) for (int i = (ragged).first[n]; i < (ragged).first[(n) + 1]; i++)

struct Pathway {
    int64_t months, cells, arrows, bands, ages, draws, first_stay, first_decision, adult, competing;
    int64_t doors, rows, coefficients, bundles, effects, reaches, additions, supplies, matches, places, touched;
    int64_t limited, stock_bands, flow_bands; /* bands recorded: all, or 1, their sum */
    int64_t held_bands;                       /* bands that the stock is counted by: 1 where nothing asks for it */

    const int32_t *source, *target, *first_arrow, *kind, *period, *band_of_age;
    struct Ragged ages_of, timed_of; /* ages by band, timed arrows by cell */

    /* Coefficients: of each arrow, of staying at each door, of staying in each cell. */
    struct Ragged into;       /* by row in the order of the sweep: what flows into it; one more: what leads outside */
    const int32_t *row, *from_row; /* the row's number: its cell, or the door beyond the cells; where each comes from */

    const double *hazard; /* [period, arrow, band, draw] */
    int64_t by_period, by_arrow, by_band, by_draw;
    const double *opening; /* [cell, age, draw] */
    int64_t by_cell, by_age, opening_by_draw;
    const double *exposure, *exposure_of_band; /* [month, age], [month, band] */
    const double *longest_stay;

    /* Effects that act together on an arrow and band are a bundle; the first is empty. */
    const struct Series *effect;
    const int32_t *effect_reach, *on_stay, *bundle_of; /* bundle_of[band, arrow] */
    struct Ragged effects_of, spots_of;                /* by bundle: its effects, and its band * cells + cell */

    struct Ragged reach_supplies, reach_spots; /* spots as above */
    const struct Series *served;
    const double *per_unit_reached; /* [reach, month] */

    struct Ragged added_arrows, added_bands;
    const struct Series *children;
    const int32_t *addition_reach;

    const double *supply_opening;
    const struct Series *approved, *remaining;

    struct Ragged matched;
    const int32_t *match_supply;
    const double *per_child;

    struct Ragged place_cells, newly, leaving, returning, doors_of, at_door; /* at_door: arrows, by door */
    const int32_t *place_supply, *overflow;                                 /* overflow: the arrow, by door */
    const double *per_unit;

    const int32_t *touched_arrow, *touch; /* arrows whose coefficient limits change, and their numbers or -1 */
    struct Ragged touched_cells;

    double *stock, *flow, *turned_18, *supply, *waiting; /* recorded, [..., draw]; none where not kept */
};

/* A hazard that moves somebody in a band: where its chance goes, what multiplies it, and what it is in a period. */
struct Hazard {
    int32_t place, bundle, target;
    double base;            /* where it serves every draw */
    const double *of_draws; /* where it does not */
};

/* One block at work. */
struct Work {
    int64_t first_draw, lanes;
    Row *slot;               /* [ages + MOST_ABREAST, cells + doors] */
    Row *held, *next_held;   /* [band, cell] */
    Row *coefficient;        /* [band, place] */
    Row *plain;              /* [touched, band] before limits */
    Row *moved;              /* [band, arrow] */
    Row *factor, *bundle;    /* in force */
    Row *units, *share;      /* [supply], [door]: what is sent on */
    Row *weightless;         /* [band, decision]: 1 where no weight leads out */
    Row *grown, *scratch;
    int32_t *where;          /* [band, coefficient]: its place, -1 where it is 0 */
    int32_t *begins, *comes; /* [band, row + 1], [band, place]: the places of a row; the row each comes from */
    struct Hazard *hazard; /* [band, those that are not 0], by source */
    int32_t *hazards;      /* [band, cell]: the first of its hazards; one more at the end */
    int32_t *now, *upcoming, *spare;
    uint8_t *stale;    /* [band, cell] */
    uint8_t *dead_end; /* [band, decision]: whether any lane is weightless */
    int32_t spares;
};

/* The workspace is handed out in whole cache lines. */
PART void *take(char **from, int64_t bytes) {
    char *taken = *from;
    *from += (bytes + 63) / 64 * 64;
    return taken;
}

static int64_t lay_out(const struct Pathway *p, struct Work *w, char *memory) {
    char *at = memory;
    const int64_t bands = p->bands, row = sizeof(Row), index = sizeof(int32_t), decisions = p->cells - p->first_decision;
    w->slot = take(&at, (p->ages + MOST_ABREAST) * (p->cells + p->doors) * row);
    w->held = take(&at, bands * p->cells * row);
    w->next_held = take(&at, bands * p->cells * row);
    w->coefficient = take(&at, bands * p->coefficients * row);
    w->plain = take(&at, p->touched * bands * row);
    w->moved = take(&at, bands * p->arrows * row);
    w->factor = take(&at, p->effects * row);
    w->bundle = take(&at, p->bundles * row);
    w->units = take(&at, p->supplies * row);
    w->share = take(&at, p->doors * row);
    w->weightless = take(&at, bands * decisions * row);
    w->grown = take(&at, p->cells * row);
    w->scratch = take(&at, (p->arrows + 1) * bands * row);
    w->where = take(&at, bands * p->coefficients * index);
    w->begins = take(&at, bands * (p->rows + 1) * index);
    w->comes = take(&at, bands * p->coefficients * index);
    w->hazard = take(&at, bands * p->arrows * (int64_t)sizeof(struct Hazard));
    w->hazards = take(&at, bands * (p->cells + 1) * index);
    w->now = take(&at, p->ages * index);
    w->upcoming = take(&at, p->ages * index);
    w->spare = take(&at, (p->ages + MOST_ABREAST) * index);
    w->stale = take(&at, bands * p->cells);
    w->dead_end = take(&at, bands * decisions);
    return at - memory;
}

/* Figures of the block's draws; lanes beyond the last draw repeat it, and are not recorded. */
PART void load(const struct Work *w, const double *at, int64_t by_draw, double *out) {
    if (by_draw == 0) {
        const double same = at[0];
        EACH_LANE(l) out[l] = same;
    } else if (by_draw == 1 && w->lanes == LANES) {
        const double *here = at + w->first_draw;
        EACH_LANE(l) out[l] = here[l];
    } else {
        for (int l = 0; l < LANES; l++)
            out[l] = at[(w->first_draw + (l < w->lanes ? l : w->lanes - 1)) * by_draw];
    }
}

PART void load_series(const struct Work *w, const struct Series *series, int64_t month, double *out) {
    load(w, series->at + month * series->by_month, series->by_draw, out);
}

PART void store(const struct Work *w, const double *row, double *out) {
    if (w->lanes == LANES) {
        EACH_LANE(l) out[l] = row[l];
    } else {
        for (int l = 0; l < w->lanes; l++) out[l] = row[l];
    }
}

PART void clear(Row *rows, int64_t count) { memset(rows, 0, (size_t)count * sizeof(Row)); }

/* The band of an age that the stock is counted in. */
PART int64_t counted_in(const struct Pathway *p, int64_t age) { return p->held_bands == 1 ? 0 : p->band_of_age[age]; }

PART void add(double *to, const double *row) {
    EACH_VECTOR(v) ((Vector *)to)[v] += ((const Vector *)row)[v];
}

/* exp(x) - 1 to about an ulp: x = n ln 2 + r, exp(x) - 1 = 2^n (exp(r) - 1) + (2^n - 1), exp(r) - 1 by its series. */
PART void exponential_less_1(const double *x, double *out) {
    const double most = 709.0, least = -40.0, rounder = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to whole */
    EACH_LANE(l) {
        double y = x[l];
        y = y > most ? most : y;
        y = y < least ? least : y;
        const double shifted = y * 1.4426950408889634 + rounder;
        const double n = shifted - rounder;
        const double r = (y - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
        double q = 1.0 / 87178291200.0;
        q = q * r + 1.0 / 6227020800.0;
        q = q * r + 1.0 / 479001600.0;
        q = q * r + 1.0 / 39916800.0;
        q = q * r + 1.0 / 3628800.0;
        q = q * r + 1.0 / 362880.0;
        q = q * r + 1.0 / 40320.0;
        q = q * r + 1.0 / 5040.0;
        q = q * r + 1.0 / 720.0;
        q = q * r + 1.0 / 120.0;
        q = q * r + 1.0 / 24.0;
        q = q * r + 1.0 / 6.0;
        q = q * r + 0.5;
        const double small = r + r * r * q;
        uint64_t bits;
        memcpy(&bits, &shifted, sizeof bits);
        bits = (bits + 1023) << 52; /* the low bits of `shifted` hold n */
        double power;
        memcpy(&power, &bits, sizeof power);
        const double found = power * small + (power - 1.0);
        out[l] = x[l] > most ? INFINITY : found;
    }
}

/* Effects: the share of those whom one would serve that its deliverers can carry. */
static void share_carried(const struct Pathway *p, const struct Work *w, int64_t month, int reach, double *share) {
    Row wanted = {0}, carried = {0}, served;
    EACH(i, p->reach_spots, reach) add(wanted, w->held[p->reach_spots.item[i]]);
    EACH(i, p->reach_supplies, reach) add(carried, w->units[p->reach_supplies.item[i]]);
    load_series(w, &p->served[reach], month, served);
    const double each = p->per_unit_reached[reach * p->months + month];
    EACH_LANE(l) {
        const double children = served[l] * wanted[l], reached = carried[l] * each;
        const double short_of = children > reached ? children : 1.0;
        share[l] = children > reached ? reached / short_of : 1.0;
    }
}

static void factor_in_force(const struct Pathway *p, const struct Work *w, int64_t month, int effect, double *factor) {
    load_series(w, &p->effect[effect], month, factor);
    const int reach = p->effect_reach[effect];
    if (reach < 0) return;
    Row carried;
    share_carried(p, w, month, reach, carried);
    if (p->on_stay[effect])
        EACH_LANE(l) factor[l] = 1.0 / (1.0 + carried[l] * (1.0 / factor[l] - 1.0));
    else
        EACH_LANE(l) factor[l] = 1.0 + carried[l] * (factor[l] - 1.0);
}

/* The month's factors; chances of the cells and bands where one has changed are stale. */
static void renew_factors(const struct Pathway *p, struct Work *w, int64_t month, uint8_t *changed) {
    for (int n = 0; n < p->effects; n++) {
        changed[n] = month == 0 || p->effect[n].by_month != 0 || p->effect_reach[n] >= 0;
        if (!changed[n]) continue;
        Row factor;
        factor_in_force(p, w, month, n, factor);
        changed[n] = month == 0 || memcmp(factor, w->factor[n], sizeof(Row)) != 0;
        memcpy(w->factor[n], factor, sizeof(Row));
    }
    int64_t renewed = 0;
    for (int g = 0; g < p->bundles; g++) {
        int other = month == 0;
        EACH(i, p->effects_of, g) other |= changed[p->effects_of.item[i]];
        if (!other) continue;
        Vector product[VECTORS];
        EACH_VECTOR(v) product[v] = (Vector){0} + 1.0;
        EACH(i, p->effects_of, g) {
            const Vector *factor = (const Vector *)w->factor[p->effects_of.item[i]];
            EACH_VECTOR(v) product[v] *= factor[v];
        }
        EACH_VECTOR(v) ((Vector *)w->bundle[g])[v] = product[v];
        if (2 * ++renewed > p->bundles) continue; /* then all are, which takes less than to say which */
        EACH(i, p->spots_of, g) w->stale[p->spots_of.item[i]] = 1;
    }
    if (2 * renewed > p->bundles) memset(w->stale, 1, (size_t)(p->bands * p->cells));
}

/* The hazards of the period that move somebody in a band. */
static void list_hazards(const struct Pathway *p, struct Work *w, const double *hazard, int64_t band) {
    const int32_t *where = w->where + band * p->coefficients;
    int32_t *first = w->hazards + band * (p->cells + 1), found = 0;
    for (int64_t cell = 0; cell < p->cells; cell++) {
        first[cell] = found;
        for (int e = p->first_arrow[cell]; e < p->first_arrow[cell + 1]; e++) {
            if (p->kind[e] != BY_HAZARD || where[e] < 0) continue;
            const double *at = hazard + e * p->by_arrow;
            w->hazard[band * p->arrows + found++] =
                (struct Hazard){where[e], p->bundle_of[band * p->arrows + e], p->target[e], *at, at};
        }
    }
    first[p->cells] = found;
}

/* A new period: which arrows move anybody in a band, and where the coefficients of each row are. */
static void list_links(const struct Pathway *p, struct Work *w, int64_t month, int64_t band) {
    int32_t *where = w->where + band * p->coefficients, *comes = w->comes + band * p->coefficients;
    int32_t *begins = w->begins + band * (p->rows + 1), place = 0;
    const double *hazard = p->hazard + p->period[month] * p->by_period + band * p->by_band;
    for (int64_t n = 0; n <= p->rows; n++) {
        begins[n] = place;
        EACH(i, p->into, n) {
            const int c = p->into.item[i];
            int some = c >= p->arrows || p->kind[c] != BY_HAZARD;
            if (!some) {
                Row base;
                load(w, hazard + c * p->by_arrow, p->by_draw, base);
                for (int l = 0; l < LANES; l++) some |= base[l] != 0.0;
                for (int64_t a = 0; a < p->additions; a++)
                    EACH(j, p->added_arrows, a) some |= p->added_arrows.item[j] == c;
            }
            where[c] = some ? place : -1;
            if (some) comes[place++] = p->from_row[c];
        }
    }
    list_hazards(p, w, hazard, band);
}

/* Monthly chance that a child's time in a band of duration is up. */
static void time_up(const struct Pathway *p, int64_t cell, const double *total, const double *leave, double *up) {
    const double months = p->longest_stay[cell];
    Row hazard, left, grown;
    EACH_LANE(l) hazard[l] = total[l], left[l] = leave[l];
    if (!p->competing) /* what leaves is a chance already: the hazard it comes from */
        for (int l = 0; l < LANES; l++) {
            const double chance = total[l] < 1.0 ? total[l] : 1.0;
            hazard[l] = -log1p(-chance);
            left[l] = chance;
        }
    EACH_LANE(l) grown[l] = hazard[l] * months;
    exponential_less_1(grown, grown);
    EACH_LANE(l) {
        const double some = hazard[l] > 0.0 ? grown[l] : 1.0;
        up[l] = hazard[l] > 0.0 ? left[l] / some : 1.0 / months;
    }
}

PART double *coefficient_of(const struct Pathway *p, const struct Work *w, int64_t band, int64_t c) {
    return w->coefficient[band * p->coefficients + w->where[band * p->coefficients + c]];
}

PART int listed(const struct Pathway *p, const struct Work *w, int64_t band, int64_t c) {
    return w->where[band * p->coefficients + c] >= 0;
}

/* The sum of what moves out of a cell. */
PART void sum_out(const struct Pathway *p, const struct Work *w, int64_t band, int64_t cell, double *sum) {
    Vector gone[VECTORS] = {{0}};
    for (int e = p->first_arrow[cell]; e < p->first_arrow[cell + 1]; e++) {
        if (p->kind[e] == BY_OVERFLOW || !listed(p, w, band, e)) continue;
        const Vector *out = (const Vector *)coefficient_of(p, w, band, e);
        EACH_VECTOR(v) gone[v] += out[v];
    }
    EACH_VECTOR(v) ((Vector *)sum)[v] = gone[v];
}

/* What is not moved stays: the coefficient of a cell on itself. */
static void keep_the_rest(const struct Pathway *p, struct Work *w, int64_t band, int64_t cell) {
    Row gone;
    sum_out(p, w, band, cell, gone);
    double *stay = coefficient_of(p, w, band, p->arrows + p->doors + cell);
    EACH_LANE(l) stay[l] = 1.0 - gone[l];
}

/* Whether chances stand in the tables, nothing holds moves back or counts them, and the band is but one age. */
PART int moves_at_once(const struct Pathway *p, int64_t band) {
    return !p->competing && !p->limited && !p->flow && p->by_draw == 0 && p->first_decision == p->cells &&
           p->timed_of.first[p->cells] == 0 && p->ages_of.first[band + 1] - p->ages_of.first[band] == 1;
}

/* What is left of hazards as they become chances: P(move i) = h_i / H * (1 - exp(-H)) out of a stay, h_i / H out of a
 * decision. */
static void share_kept(const struct Pathway *p, struct Work *w, int64_t band, int64_t cell, const double *total,
                     double *leave, double *kept) {
    if (cell >= p->first_decision) {
        const int64_t decision = band * (p->cells - p->first_decision) + cell - p->first_decision;
        double *none = w->weightless[decision];
        int any = 0;
        EACH_LANE(l) {
            none[l] = total[l] > 0.0 ? 0.0 : 1.0;
            const double some = total[l] > 0.0 ? total[l] : 1.0;
            kept[l] = total[l] > 0.0 ? 1.0 / some : 0.0;
        }
        for (int l = 0; l < LANES; l++) any |= none[l] != 0.0;
        w->dead_end[decision] = (uint8_t)any;
    } else {
        EACH_LANE(l) kept[l] = -total[l];
        exponential_less_1(kept, leave);
        EACH_LANE(l) {
            leave[l] = -leave[l];
            const double some = total[l] > 0.0 ? total[l] : 1.0;
            kept[l] = total[l] > 0.0 ? leave[l] / some : 1.0;
        }
    }
}

/* Hazards in force: the base times the factor of its bundle, and their sum. */
static void renew_hazards(const struct Pathway *p, struct Work *w, int64_t band, const struct Hazard *from,
                        const struct Hazard *end, double *total) {
    Row *coefficient = w->coefficient + band * p->coefficients;
    Vector sum[VECTORS] = {{0}};
    for (; from < end; from++) {
        const Vector *factor = (const Vector *)w->bundle[from->bundle];
        Vector *to = (Vector *)coefficient[from->place];
        if (p->by_draw == 0) {
            const double base = from->base;
            EACH_VECTOR(v) {
                const Vector h = base * factor[v];
                to[v] = h;
                sum[v] += h;
            }
        } else {
            Row base;
            load(w, from->of_draws, p->by_draw, base);
            EACH_VECTOR(v) {
                const Vector h = ((const Vector *)base)[v] * factor[v];
                to[v] = h;
                sum[v] += h;
            }
        }
    }
    EACH_VECTOR(v) ((Vector *)total)[v] = sum[v];
}

/* The chances out of one cell in one band. */
static void renew_chances(const struct Pathway *p, struct Work *w, int64_t band, int64_t cell) {
    const struct Hazard *hazard = w->hazard + band * p->arrows, *end = hazard + w->hazards[band * (p->cells + 1) + cell + 1];
    Row *coefficient = w->coefficient + band * p->coefficients;
    const int staying = cell >= p->first_stay && cell < p->first_decision;
    const int timed = p->timed_of.first[cell] < p->timed_of.first[cell + 1];
    hazard += w->hazards[band * (p->cells + 1) + cell];
    Row total, leave = {0}, kept;
    renew_hazards(p, w, band, hazard, end, total);
    if (staying && !p->competing && !timed) {
        double *stay = coefficient_of(p, w, band, p->arrows + p->doors + cell);
        EACH_LANE(l) stay[l] = 1.0 - total[l];
        return;
    }
    if ((staying && p->competing) || cell >= p->first_decision) {
        share_kept(p, w, band, cell, total, leave, kept);
        for (; hazard < end; hazard++) {
            double *to = coefficient[hazard->place];
            EACH_LANE(l) to[l] *= kept[l];
        }
    }
    EACH(i, p->timed_of, cell) time_up(p, cell, total, leave, coefficient_of(p, w, band, p->timed_of.item[i]));
    if (staying) keep_the_rest(p, w, band, cell);
}

static void renew_band(const struct Pathway *p, struct Work *w, int64_t band) {
    uint8_t *stale = w->stale + band * p->cells;
    for (int64_t cell = 0; cell < p->cells; cell++) {
        if (!stale[cell]) continue;
        stale[cell] = 0;
        renew_chances(p, w, band, cell);
        for (int e = p->first_arrow[cell]; p->touched && e < p->first_arrow[cell + 1]; e++)
            if (p->touch[e] >= 0 && listed(p, w, band, e))
                memcpy(w->plain[p->touch[e] * p->bands + band], coefficient_of(p, w, band, e), sizeof(Row));
    }
}

/* Moves by band: the coefficient times those who were there, or outside. */
PART void move(const struct Pathway *p, struct Work *w, int64_t month, int64_t band, int64_t e) {
    double *moved = w->moved[band * p->arrows + e];
    if (!listed(p, w, band, e) || p->kind[e] == BY_OVERFLOW) {
        clear(w->moved + band * p->arrows + e, 1);
        return;
    }
    const double *chance = coefficient_of(p, w, band, e);
    if (p->source[e] < p->first_stay) {
        const double outside = p->exposure_of_band[month * p->bands + band];
        EACH_LANE(l) moved[l] = outside * chance[l];
    } else {
        const double *there = w->held[band * p->cells + p->source[e]];
        EACH_LANE(l) moved[l] = there[l] * chance[l];
    }
}

/* Children whom nothing has moved yet, as a share of those in the cell. */
PART void share_left(const struct Pathway *p, const struct Work *w, int64_t band, int64_t cell, double *left) {
    Row gone;
    sum_out(p, w, band, cell, gone);
    EACH_LANE(l) {
        const double rest = 1.0 - gone[l];
        left[l] = rest > 0.0 ? rest : 0.0;
    }
}

/* So many more children by the arrows: those there in proportion, and no more than there are. */
static void add_children(const struct Pathway *p, struct Work *w, int64_t month, int64_t a) {
    Row carried, children, total = {0};
    EACH_LANE(l) carried[l] = 1.0;
    if (p->addition_reach[a] >= 0) share_carried(p, w, month, p->addition_reach[a], carried);
    load_series(w, &p->children[a], month, children);
    Row *share = w->scratch; /* [arrow of the addition, band of it] */
    int spot = 0;
    EACH(i, p->added_arrows, a) {
        const int e = p->added_arrows.item[i], cell = p->source[e];
        double alike = 0.0;
        EACH(j, p->added_arrows, a) alike += p->source[p->added_arrows.item[j]] == cell;
        EACH(j, p->added_bands, a) {
            const int band = p->added_bands.item[j];
            double *left = share[spot++];
            EACH_LANE(l) left[l] = 1.0;
            if (cell >= p->first_decision)
                clear(share + spot - 1, 1);
            else if (cell >= p->first_stay)
                share_left(p, w, band, cell, left);
            EACH_LANE(l) left[l] /= alike;
            const double *there = w->held[band * p->cells + cell];
            const double outside = p->exposure_of_band[month * p->bands + band];
            if (cell < p->first_stay)
                EACH_LANE(l) total[l] += outside * left[l];
            else
                EACH_LANE(l) total[l] += there[l] * left[l];
        }
    }
    Row taken;
    EACH_LANE(l) {
        const double wanted = children[l] * carried[l];
        const double some = total[l] > 0.0 ? total[l] : 1.0;
        taken[l] = total[l] > 0.0 ? (wanted < total[l] ? wanted : total[l]) / some : 0.0;
    }
    spot = 0;
    EACH(i, p->added_arrows, a) EACH(j, p->added_bands, a) {
        const double *left = share[spot++];
        const int e = p->added_arrows.item[i], band = p->added_bands.item[j];
        if (p->source[e] >= p->first_decision) continue;
        double *chance = coefficient_of(p, w, band, e);
        EACH_LANE(l) chance[l] += left[l] * taken[l];
        move(p, w, month, band, e);
    }
}

static void sum_moved(const struct Pathway *p, const struct Work *w, const struct Ragged *of, int64_t n, double *sum) {
    EACH(i, *of, n)
    for (int64_t band = 0; band < p->bands; band++) add(sum, w->moved[band * p->arrows + of->item[i]]);
}

/* Multiply what an arrow moves, and the coefficient by which it does. */
static void scale(const struct Pathway *p, struct Work *w, int64_t e, const double *share) {
    for (int64_t band = 0; band < p->bands; band++) {
        if (!listed(p, w, band, e)) continue;
        double *moved = w->moved[band * p->arrows + e], *chance = coefficient_of(p, w, band, e);
        EACH_LANE(l) {
            moved[l] *= share[l];
            chance[l] *= share[l];
        }
    }
}

/* Hold moves to the units there are and take those used. */
static void hold_to_units(const struct Pathway *p, struct Work *w, int64_t month, int64_t m) {
    Row wanted = {0}, share, waiting;
    sum_moved(p, w, &p->matched, m, wanted);
    double *units = w->units[p->match_supply[m]];
    const double per_child = p->per_child[m];
    EACH_LANE(l) {
        const double possible = units[l] / per_child;
        const double some = wanted[l] > possible ? wanted[l] : 1.0;
        share[l] = wanted[l] > possible ? possible / some : 1.0;
        const double left = units[l] - wanted[l] * share[l] * per_child;
        units[l] = left > 0.0 ? left : 0.0;
        waiting[l] = wanted[l] * (1.0 - share[l]);
    }
    EACH(i, p->matched, m) scale(p, w, p->matched.item[i], share);
    if (p->waiting) store(w, waiting, p->waiting + (month * p->matches + m) * p->draws + w->first_draw);
}

/* Send new arrivals beyond the free places on, and hold returns to what is left free. */
static void fill(const struct Pathway *p, struct Work *w, int64_t n) {
    Row occupied = {0}, left = {0}, arriving = {0}, back = {0}, beyond, share;
    EACH(i, p->place_cells, n)
    for (int64_t band = 0; band < p->bands; band++) add(occupied, w->held[band * p->cells + p->place_cells.item[i]]);
    sum_moved(p, w, &p->leaving, n, left);
    sum_moved(p, w, &p->newly, n, arriving);
    const double *units = w->units[p->place_supply[n]];
    const double per_unit = p->per_unit[n];
    Row still_free;
    EACH_LANE(l) {
        const double over = units[l] * per_unit - (occupied[l] - left[l]);
        const double free = over > 0.0 ? over : 0.0;
        const double some = arriving[l] > free ? arriving[l] : 1.0;
        beyond[l] = arriving[l] > free ? (arriving[l] - free) / some : 0.0;
        still_free[l] = arriving[l] > free ? 0.0 : free - arriving[l];
    }
    EACH(i, p->doors_of, n) {
        const int door = p->doors_of.item[i], arrow = p->overflow[door];
        memcpy(w->share[door], beyond, sizeof(Row));
        for (int64_t band = 0; band < p->bands; band++) {
            double *over = w->moved[band * p->arrows + arrow];
            Row here = {0};
            EACH(j, p->at_door, door) add(here, w->moved[band * p->arrows + p->at_door.item[j]]);
            double *on = coefficient_of(p, w, band, arrow), *in = coefficient_of(p, w, band, p->arrows + door);
            EACH_LANE(l) {
                over[l] = here[l] * beyond[l];
                on[l] = beyond[l];
                in[l] = 1.0 - beyond[l];
            }
        }
    }
    sum_moved(p, w, &p->returning, n, back);
    EACH_LANE(l) {
        const double some = back[l] > still_free[l] ? back[l] : 1.0;
        share[l] = back[l] > still_free[l] ? still_free[l] / some : 1.0;
    }
    EACH(i, p->returning, n) scale(p, w, p->returning.item[i], share);
}

/* Send on at once whoever reached a decision this month. */
static void pass_on(const struct Pathway *p, struct Work *w, int64_t band) {
    for (int64_t cell = p->first_decision; cell < p->cells; cell++) {
        Row arriving = {0};
        EACH(i, p->into, cell - p->first_decision) add(arriving, w->moved[band * p->arrows + p->into.item[i]]);
        for (int e = p->first_arrow[cell]; e < p->first_arrow[cell + 1]; e++) {
            double *moved = w->moved[band * p->arrows + e];
            clear(w->moved + band * p->arrows + e, 1);
            if (!listed(p, w, band, e)) continue;
            const double *share = coefficient_of(p, w, band, e);
            EACH_LANE(l) moved[l] = arriving[l] * share[l];
        }
    }
}

/* All moves of the month by band, with what holds them back. */
static void settle_moves(const struct Pathway *p, struct Work *w, int64_t month) {
    for (int64_t k = 0; k < p->touched; k++)
        for (int64_t band = 0; band < p->bands; band++)
            if (listed(p, w, band, p->touched_arrow[k]))
                memcpy(coefficient_of(p, w, band, p->touched_arrow[k]), w->plain[k * p->bands + band], sizeof(Row));
    for (int64_t band = 0; band < p->bands; band++)
        for (int64_t e = 0; e < p->first_arrow[p->first_decision]; e++) move(p, w, month, band, e);
    for (int64_t a = 0; a < p->additions; a++) add_children(p, w, month, a);
    for (int64_t m = 0; m < p->matches; m++) hold_to_units(p, w, month, m);
    for (int64_t band = 0; band < p->bands; band++) pass_on(p, w, band);
    for (int64_t n = 0; n < p->places; n++) fill(p, w, n);
    EACH(i, p->touched_cells, 0)
    for (int64_t band = 0; band < p->bands; band++) keep_the_rest(p, w, band, p->touched_cells.item[i]);
}

/* One row of the sweep, for `count` ages at once: what flows into it, each from where it comes. */
PART void flow_into(const Row *coefficient, const int32_t *comes, int begin, int end, const int count,
                    Row *const *here, Row *const *to, int row) {
    Vector sum[ABREAST][VECTORS] = {{{0}}};
    for (int k = begin; k < end; k++) {
        const Vector *by = (const Vector *)coefficient[k];
        EACH_ABREAST(n, count) {
            const Vector *from = (const Vector *)here[n][comes[k]];
            EACH_VECTOR(v) sum[n][v] += by[v] * from[v];
        }
    }
    EACH_ABREAST(n, count) EACH_VECTOR(v)((Vector *)to[n][row])[v] = sum[n][v];
}

PART int reaches_dead_end(const double *arriving, const double *weightless) {
    int any = 0;
    for (int l = 0; l < LANES; l++) any |= arriving[l] > 0.0 && weightless[l] != 0.0;
    return any;
}

/* Some ages of a band: who is there in `here` at the start of the month is in `there` at the end. */
PART int advance(const struct Pathway *p, struct Work *w, int64_t band, const int count, Row *const *here,
                 Row *const *there) {
    const Row *coefficient = w->coefficient + band * p->coefficients;
    const int32_t *comes = w->comes + band * p->coefficients, *begins = w->begins + band * (p->rows + 1);
    const int64_t decisions = p->cells - p->first_decision, passing = decisions + p->doors;
    int fault = FINISHED;
    for (int64_t n = 0; n < p->rows; n++) {
        Row *const *to = n < passing ? here : there;
        const int row = p->row[n];
        flow_into(coefficient, comes, begins[n], begins[n + 1], count, here, to, row);
        if (n < decisions && w->dead_end[band * decisions + n])
            for (int k = 0; k < count; k++)
                if (reaches_dead_end(to[k][row], w->weightless[band * decisions + n])) fault = NO_WAY_OUT;
    }
    return fault;
}

/* One age, where chances stand in the tables: they are made as they are used, once, and not kept. */
static void move_at_once(const struct Pathway *p, struct Work *w, int64_t band, const Row *here, Row *there) {
    const struct Hazard *hazard = w->hazard + band * p->arrows;
    const int32_t *hazards = w->hazards + band * (p->cells + 1);
    clear(there, p->cells);
    for (int64_t cell = 0; cell < p->cells; cell++) {
        const struct Hazard *end = w->hazard + band * p->arrows + hazards[cell + 1];
        Vector children[VECTORS], gone[VECTORS] = {{0}};
        EACH_VECTOR(v) children[v] = ((const Vector *)here[cell])[v];
        for (; hazard < end; hazard++) {
            const Vector *factor = (const Vector *)w->bundle[hazard->bundle];
            Vector *to = (Vector *)there[hazard->target];
            const double base = hazard->base;
            EACH_VECTOR(v) {
                const Vector chance = base * factor[v];
                gone[v] += chance;
                to[v] += chance * children[v];
            }
        }
        if (cell >= p->first_stay) EACH_VECTOR(v)((Vector *)there[cell])[v] += children[v] * (1.0 - gone[v]);
    }
}

/* Count those of an age, at the end of the month, a month older than at its start. */
PART void count_age(const struct Pathway *p, struct Work *w, int64_t age, int32_t slot, Row *there, double *adults) {
    const int growing = p->adult >= 0;
    if (growing) {
        add(adults, there[p->adult]);
        clear(there + p->adult, 1);
    }
    if (growing && age == p->ages - 1) {
        memcpy(w->grown + p->first_stay, there + p->first_stay, (p->first_decision - p->first_stay) * sizeof(Row));
        w->spare[w->spares++] = slot;
        return;
    }
    const int64_t later = age + growing;
    Row *held = w->next_held + counted_in(p, later) * p->cells;
    for (int64_t cell = p->first_stay; cell < p->first_decision; cell++) add(held[cell], there[cell]);
    w->upcoming[later] = slot;
}

/* All ages of a band. */
static int sweep(const struct Pathway *p, struct Work *w, int64_t month, int64_t band, double *adults) {
    const int64_t height = p->cells + p->doors;
    const int begin = p->ages_of.first[band], end = p->ages_of.first[band + 1];
    int fault = FINISHED;
    for (int i = begin, count; i < end; i += count) {
        count = end - i < ABREAST ? 1 : ABREAST;
        Row *here[ABREAST], *there[ABREAST];
        int32_t slot[ABREAST];
        for (int n = 0; n < count; n++) {
            const int age = p->ages_of.item[i + n];
            slot[n] = w->spare[--w->spares];
            here[n] = w->slot + w->now[age] * height;
            there[n] = w->slot + slot[n] * height;
            const double outside = p->exposure[month * p->ages + age];
            for (int64_t cell = 0; cell < p->first_stay; cell++) EACH_LANE(l) here[n][cell][l] = outside;
        }
        if (moves_at_once(p, band))
            move_at_once(p, w, band, here[0], there[0]);
        else if (count == 1)
            fault |= advance(p, w, band, 1, here, there);
        else
            fault |= advance(p, w, band, ABREAST, here, there);
        for (int n = 0; n < count; n++) {
            const int age = p->ages_of.item[i + n];
            w->spare[w->spares++] = w->now[age];
            count_age(p, w, age, slot[n], there[n], adults);
        }
    }
    return fault;
}

/* The slots of next month: nobody is in the first month of life yet, and all adults are in the last age. */
static void grow_older(const struct Pathway *p, struct Work *w, double *adults) {
    const int64_t height = p->cells + p->doors;
    if (p->adult >= 0) {
        for (int64_t cell = p->first_stay; cell < p->first_decision; cell++) add(adults, w->grown[cell]);
        w->upcoming[0] = w->spare[--w->spares];
        clear(w->slot + w->upcoming[0] * height, height);
        const int64_t last = p->ages - 1;
        memcpy(w->slot[w->upcoming[last] * height + p->adult], adults, sizeof(Row));
        memcpy(w->next_held[counted_in(p, last) * p->cells + p->adult], adults, sizeof(Row));
    }
    int32_t *table = w->now;
    w->now = w->upcoming, w->upcoming = table;
    Row *held = w->held;
    w->held = w->next_held, w->next_held = held;
}

/* Rows by band, or summed over bands: row (band, n) is rows[band * count + n]. */
static void record(const struct Pathway *p, const struct Work *w, const Row *rows, int64_t count, int64_t bands,
                 int64_t kept, double *out) {
    for (int64_t n = 0; n < count; n++) {
        Vector sum[VECTORS] = {{0}};
        for (int64_t band = 0; band < bands; band++) {
            const double *row = rows[band * count + n];
            if (kept > 1)
                store(w, row, out + (n * kept + band) * p->draws + w->first_draw);
            else
                EACH_VECTOR(v) sum[v] += ((const Vector *)row)[v];
        }
        if (kept == 1) store(w, (const double *)sum, out + n * p->draws + w->first_draw);
    }
}

static void record_stock(const struct Pathway *p, const struct Work *w, int64_t month) {
    if (p->stock)
        record(p, w, w->held, p->cells, p->held_bands, p->stock_bands,
               p->stock + month * p->cells * p->stock_bands * p->draws);
}

static void record_supply(const struct Pathway *p, const struct Work *w, int64_t month) {
    for (int64_t k = 0; k < p->supplies; k++)
        store(w, w->units[k], p->supply + (month * p->supplies + k) * p->draws + w->first_draw);
}

static void renew_supplies(const struct Pathway *p, struct Work *w, int64_t month) {
    for (int64_t k = 0; k < p->supplies; k++) {
        Row remaining, approved;
        load_series(w, &p->remaining[k], month, remaining);
        load_series(w, &p->approved[k], month, approved);
        double *units = w->units[k];
        EACH_LANE(l) units[l] = units[l] * remaining[l] + approved[l];
    }
}

/* Ask for the memory that the month will be recorded in while it is being worked out: each row is far from the next. */
PART void ask_for(const struct Work *w, const double *out, int64_t rows, int64_t draws) {
    for (int64_t n = 0; n < rows; n++) __builtin_prefetch(out + n * draws + w->first_draw, 1);
}

static void ask_for_records(const struct Pathway *p, const struct Work *w, int64_t month) {
    const int64_t stock = p->cells * p->stock_bands, flow = p->arrows * p->flow_bands;
    if (p->stock) ask_for(w, p->stock + (month + 1) * stock * p->draws, stock, p->draws);
    if (p->flow) ask_for(w, p->flow + month * flow * p->draws, flow, p->draws);
    if (p->turned_18) ask_for(w, p->turned_18 + month * p->cells * p->draws, p->cells, p->draws);
}

/* The children at the start. */
static void begin(const struct Pathway *p, struct Work *w) {
    const int64_t height = p->cells + p->doors;
    clear(w->held, p->held_bands * p->cells);
    for (int64_t age = 0; age < p->ages; age++) {
        w->now[age] = (int32_t)age;
        for (int64_t cell = 0; cell < p->cells; cell++) {
            double *there = w->slot[age * height + cell];
            load(w, p->opening + cell * p->by_cell + age * p->by_age, p->opening_by_draw, there);
            add(w->held[counted_in(p, age) * p->cells + cell], there);
        }
    }
    for (w->spares = 0; w->spares < ABREAST; w->spares++) w->spare[w->spares] = (int32_t)p->ages + w->spares;
    for (int64_t k = 0; k < p->supplies; k++) load(w, p->supply_opening + k, 0, w->units[k]);
}

/* The step of one month; returns whether a decision was reached that nobody can leave. */
static int step(const struct Pathway *p, struct Work *w, int64_t month, uint8_t *changed) {
    Row adults = {0};
    int fault = FINISHED;
    ask_for_records(p, w, month);
    renew_factors(p, w, month, changed);
    if (month == 0 || p->period[month] != p->period[month - 1]) {
        memset(w->stale, 1, (size_t)(p->bands * p->cells));
        for (int64_t band = 0; band < p->bands; band++) list_links(p, w, month, band);
    }
    clear(w->next_held, p->held_bands * p->cells);
    if (p->limited || p->flow) {
        for (int64_t band = 0; band < p->bands; band++) renew_band(p, w, band);
        settle_moves(p, w, month);
    }
    for (int64_t band = 0; band < p->bands; band++) {
        if (!(p->limited || p->flow || moves_at_once(p, band))) renew_band(p, w, band);
        fault |= sweep(p, w, month, band, adults);
    }
    if (p->flow)
        record(p, w, w->moved, p->arrows, p->bands, p->flow_bands,
               p->flow + month * p->arrows * p->flow_bands * p->draws);
    if (p->turned_18 && p->adult >= 0)
        for (int64_t cell = p->first_stay; cell < p->first_decision; cell++)
            store(w, w->grown[cell], p->turned_18 + (month * p->cells + cell) * p->draws + w->first_draw);
    grow_older(p, w, adults);
    renew_supplies(p, w, month);
    record_stock(p, w, month + 1);
    record_supply(p, w, month + 1);
    return fault;
}

static int run_block(const struct Pathway *p, struct Work *w, uint8_t *changed) {
    int fault = FINISHED;
    begin(p, w);
    record_stock(p, w, 0);
    record_supply(p, w, 0);
    for (int64_t month = 0; month < p->months && fault == FINISHED; month++) fault = step(p, w, month, changed);
    return fault;
}

/* Run the draws from `first` to before `last`, in blocks; returns FINISHED or why it could not. */
int FOR(run_draws, INSTRUCTIONS)(const struct Pathway *p, char *memory, int64_t first, int64_t last) {
    char *aligned = memory + (64 - (uintptr_t)memory % 64) % 64;
    for (int64_t draw = first; draw < last; draw += LANES) {
        struct Work w;
        uint8_t *changed = (uint8_t *)aligned + lay_out(p, &w, aligned);
        w.first_draw = draw;
        w.lanes = last - draw < LANES ? last - draw : LANES;
        const int fault = run_block(p, &w, changed);
        if (fault != FINISHED) return fault;
    }
    return FINISHED;
}

/* For the tests: exp(x) - 1 of figures, LANES at a time. */
void FOR(exponentials_less_1, INSTRUCTIONS)(const double *x, double *out, int64_t count) {
    for (int64_t i = 0; i + LANES <= count; i += LANES) {
        Row from, to;
        memcpy(from, x + i, sizeof from);
        exponential_less_1(from, to);
        memcpy(out + i, to, sizeof to);
    }
}

#if WIDTH == 16 /* the object for any processor: what the library is called by */

int run_draws_avx2(const struct Pathway *, char *, int64_t, int64_t);
int run_draws_avx512f(const struct Pathway *, char *, int64_t, int64_t);

/* Bytes of the widest vectors that may be used: tests compare what they come to. */
static int64_t widest = 64;
void use_vectors_of(int64_t bytes) { widest = bytes; }

int run_draws(const struct Pathway *p, char *memory, int64_t first, int64_t last) {
#ifndef PLAIN
    __builtin_cpu_init();
    if (widest >= 64 && __builtin_cpu_supports("avx512f")) return run_draws_avx512f(p, memory, first, last);
    if (widest >= 32 && __builtin_cpu_supports("avx2")) return run_draws_avx2(p, memory, first, last);
#endif
    return run_draws_any(p, memory, first, last);
}

/* Bytes of memory that `run_draws` works in. */
int64_t workspace(const struct Pathway *p) {
    struct Work w;
    return lay_out(p, &w, 0) + p->effects + 128;
}

int64_t size_of_pathway(void) { return sizeof(struct Pathway); }

const char *stamp(void) { return STAMP; }

#endif
