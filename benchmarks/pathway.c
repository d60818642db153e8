/* The shipped pathway's month in plain C: one program for one pathway, its dimensions fixed when it is compiled, draws
 * innermost. It says everything age by age, as the specification does; engine_speed.py compares the engine with it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define L 8
#define EACH(l) _Pragma("omp simd") for (int l = 0; l < L; l++)
typedef double Lanes[L] __attribute__((aligned(64)));
typedef const int *List; /* the number of its items, then the items */

struct Memory {
    Lanes now[S][A], moved[E][A], chance[E][B], stock[S][B], hazard[E][B], total[S][B], arriving[A];
};

static void block(struct Memory *m, long d0, long D, const int *source, const int *target, const int *band, List timed, const double *longest,
                  const double *base, const double *factor, const int *places_of, const int *first_place,
                  const int *reach_of, const int *on_stay, List *reach_cells, List *reach_supplies,
                  const double *served, const double *per_unit_reached, const double *exposure, const double *opening,
                  const double *units_at_start, const double *approved, const double *remaining, List matched,
                  int match_supply, double per_child, List place_cells, List newly, List leaving, List returning,
                  List overflow, List *at_door, int place_supply, double per_unit, double *out_stock,
                  double *out_flow) {
    Lanes(*now)[A] = m->now, (*moved)[A] = m->moved, (*chance)[B] = m->chance, (*stock)[B] = m->stock;
    Lanes(*hazard)[B] = m->hazard, (*total)[B] = m->total, units[K];
    for (int s = 0; s < S; s++) for (int a = 0; a < A; a++) EACH(l) now[s][a][l] = opening[s * A + a];
    for (int k = 0; k < K; k++) EACH(l) units[k][l] = units_at_start[k];
    for (int t = 0; t <= T; t++) {
        memset(stock, 0, sizeof m->stock);
        for (int s = 0; s < S; s++) for (int a = 0; a < A; a++) EACH(l) stock[s][band[a]][l] += now[s][a][l];
        for (int s = 0; s < S; s++) {
            Lanes sum = {0};
            for (int b = 0; b < B; b++) EACH(l) sum[l] += stock[s][b][l];
            EACH(l) out_stock[((long)t * S + s) * D + d0 + l] = sum[l];
        }
        if (t == T) return;
        for (int e = 0; e < E; e++) for (int b = 0; b < B; b++)
            EACH(l) hazard[e][b][l] = base[((long)e * B + b) * D + d0 + l];
        for (int i = 1; i <= timed[0]; i++) memset(hazard[timed[i]], 0, sizeof hazard[0]);
        for (int n = 0; n < N; n++) {
            Lanes f;
            EACH(l) f[l] = factor[((long)t * N + n) * D + d0 + l];
            if (reach_of[n] >= 0) {
                const int r = reach_of[n];
                Lanes wanted = {0}, carried = {0};
                for (int i = 1; i <= reach_cells[r][0]; i++)
                    for (int b = 0; b < B; b++) EACH(l) wanted[l] += stock[reach_cells[r][i]][b][l];
                for (int i = 1; i <= reach_supplies[r][0]; i++) EACH(l) carried[l] += units[reach_supplies[r][i]][l];
                EACH(l) {
                    const double w = served[r * T + t] * wanted[l], c = carried[l] * per_unit_reached[r * T + t];
                    const double share = w > c ? c / w : 1.0;
                    f[l] = on_stay[n] ? 1 / (1 + share * (1 / f[l] - 1)) : 1 + share * (f[l] - 1);
                }
            }
            for (int i = first_place[n]; i < first_place[n + 1]; i++)
                EACH(l) ((Lanes *)hazard)[places_of[i]][l] *= f[l];
        }
        memset(total, 0, sizeof m->total);
        for (int e = 0; e < E; e++) for (int b = 0; b < B; b++) EACH(l) total[source[e]][b][l] += hazard[e][b][l];
        for (int s = 0, e = 0; s < S; s++) {
            Lanes kept[B];
            for (int b = 0; b < B; b++) EACH(l) {
                const double h = total[s][b][l];
                kept[b][l] = s < FIRST_STAY ? 1 : s >= FIRST_DECISION ? (h > 0 ? 1 / h : 0) : h > 0 ? -expm1(-h) / h : 1;
            }
            for (; e < E && source[e] == s; e++)
                for (int b = 0; b < B; b++) EACH(l) chance[e][b][l] = hazard[e][b][l] * kept[b][l];
        }
        for (int i = 1; i <= timed[0]; i++) for (int b = 0; b < B; b++) EACH(l) {
            const int s = source[timed[i]];
            const double h = total[s][b][l];
            chance[timed[i]][b][l] = h > 0 ? -expm1(-h) / expm1(h * longest[s]) : 1 / longest[s];
        }
        for (int e = 0; e < E && source[e] < FIRST_DECISION; e++) for (int a = 0; a < A; a++) {
            const double *c = chance[e][band[a]], *from = now[source[e]][a];
            const double outside = exposure[t * A + a];
            if (source[e] < FIRST_STAY) EACH(l) moved[e][a][l] = outside * c[l];
            else EACH(l) moved[e][a][l] = from[l] * c[l];
        }
        Lanes wanted = {0}, share;
        for (int i = 1; i <= matched[0]; i++) for (int a = 0; a < A; a++) EACH(l) wanted[l] += moved[matched[i]][a][l];
        EACH(l) {
            const double possible = units[match_supply][l] / per_child;
            share[l] = wanted[l] > possible ? possible / wanted[l] : 1;
            units[match_supply][l] = fmax(units[match_supply][l] - wanted[l] * share[l] * per_child, 0);
        }
        for (int i = 1; i <= matched[0]; i++) for (int a = 0; a < A; a++) EACH(l) moved[matched[i]][a][l] *= share[l];
        for (int s = FIRST_DECISION; s < S; s++) {
            memset(m->arriving, 0, sizeof m->arriving);
            for (int e = 0; e < E; e++)
                if (target[e] == s) for (int a = 0; a < A; a++) EACH(l) m->arriving[a][l] += moved[e][a][l];
            for (int e = 0; e < E; e++)
                if (source[e] == s) for (int a = 0; a < A; a++) {
                    const double *c = chance[e][band[a]];
                    EACH(l) moved[e][a][l] = m->arriving[a][l] * c[l];
                }
        }
        Lanes occupied = {0}, freed = {0}, arriving = {0}, back = {0}, beyond, left;
        for (int a = 0; a < A; a++) {
            for (int i = 1; i <= place_cells[0]; i++) EACH(l) occupied[l] += now[place_cells[i]][a][l];
            for (int i = 1; i <= leaving[0]; i++) EACH(l) freed[l] += moved[leaving[i]][a][l];
            for (int i = 1; i <= newly[0]; i++) EACH(l) arriving[l] += moved[newly[i]][a][l];
            for (int i = 1; i <= returning[0]; i++) EACH(l) back[l] += moved[returning[i]][a][l];
        }
        EACH(l) {
            const double free = fmax(units[place_supply][l] * per_unit - (occupied[l] - freed[l]), 0);
            beyond[l] = arriving[l] > free ? (arriving[l] - free) / arriving[l] : 0;
            left[l] = free - fmin(arriving[l], free);
            left[l] = back[l] > left[l] ? left[l] / back[l] : 1;
        }
        for (int o = 1; o <= overflow[0]; o++) for (int a = 0; a < A; a++) {
            Lanes here = {0};
            for (int i = 1; i <= at_door[o - 1][0]; i++) EACH(l) here[l] += moved[at_door[o - 1][i]][a][l];
            EACH(l) moved[overflow[o]][a][l] = here[l] * beyond[l];
        }
        for (int i = 1; i <= returning[0]; i++) for (int a = 0; a < A; a++) EACH(l) moved[returning[i]][a][l] *= left[l];
        for (int e = 0; e < E; e++) {
            Lanes sum = {0};
            for (int a = 0; a < A; a++) EACH(l) {
                sum[l] += moved[e][a][l];
                now[source[e]][a][l] -= moved[e][a][l];
                now[target[e]][a][l] += moved[e][a][l];
            }
            EACH(l) out_flow[((long)t * E + e) * D + d0 + l] = sum[l];
        }
        Lanes adults = {0};
        for (int s = 0; s < S; s++) {
            if (s == ADULT) for (int a = 0; a < A; a++) EACH(l) adults[l] += now[s][a][l];
            else if (s >= FIRST_STAY && s < FIRST_DECISION) EACH(l) adults[l] += now[s][A - 1][l];
            memmove(now[s][1], now[s][0], (A - 1) * sizeof(Lanes));
            memset(now[s][0], 0, sizeof(Lanes));
            if (s == ADULT || s < FIRST_STAY || s >= FIRST_DECISION) memset(now[s], 0, sizeof now[s]);
        }
        memcpy(now[ADULT][A - 1], adults, sizeof adults);
        for (int k = 0; k < K; k++) EACH(l) units[k][l] = units[k][l] * remaining[t * K + k] + approved[t * K + k];
    }
}

void pathway(long D, const int *source, const int *target, const int *band, List timed, const double *longest, const double *base,
             const double *factor, const int *places_of, const int *first_place, const int *reach_of,
             const int *on_stay, List *reach_cells, List *reach_supplies, const double *served,
             const double *per_unit_reached, const double *exposure, const double *opening, const double *units_at_start,
             const double *approved, const double *remaining, List matched, int match_supply, double per_child,
             List place_cells, List newly, List leaving, List returning, List overflow, List *at_door, int place_supply,
             double per_unit, double *out_stock, double *out_flow) {
#pragma omp parallel
    {
        struct Memory *m = aligned_alloc(64, sizeof *m);
        memset(m, 0, sizeof *m);
#pragma omp for schedule(dynamic)
        for (long d = 0; d < D; d += L)
            block(m, d, D, source, target, band, timed, longest, base, factor, places_of, first_place, reach_of,
                  on_stay, reach_cells, reach_supplies, served, per_unit_reached, exposure, opening, units_at_start,
                  approved, remaining, matched, match_supply, per_child, place_cells, newly, leaving, returning,
                  overflow, at_door, place_supply, per_unit, out_stock, out_flow);
        free(m);
    }
}
