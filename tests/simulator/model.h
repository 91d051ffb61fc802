#ifndef SPK_SIM_MODEL_H
#define SPK_SIM_MODEL_H
/*
 * What happens at an invented operator: clicks, players, their play, the affiliate's commission.
 * Everything is a pure function of (operator key, day, index, version). Streams of both platforms
 * are views of this one world, so their totals agree.
 *
 * Version: how finished a day's figures are, from its age under the virtual clock. 0: today (rows
 * appear as the day passes), 1: from the next day (late rows came, some amounts were corrected),
 * 2: from the third day after (the last late rows; more amounts were corrected), final.
 */
#include "base/view.h"

enum { SPK_SIM_CODES = 4, SPK_SIM_BRANDS = 3, SPK_SIM_CLICK_ID = 12 };
enum { SPK_SIM_ACTIVE_DAYS = 30 }; /* a player plays at most so long after signing up */

/* How a reader sees a day: from the operator's parameters and the clock. */
struct spk_sim_world {
    uint64_t key; /* of the operator: seed, platform and account */
    double scale; /* 1: some 10 to 40 sign-ups a day */
    int32_t today;
    double passed; /* of today, 0..1 */
};

struct spk_sim_player {
    int32_t day;     /* signed up */
    int32_t ftd_day; /* of the first deposit; INT32_MAX: never */
    uint64_t hash;
    int64_t number; /* user id: brand-number */
    double second;  /* of the day, 0..86400 */
    const char *brand, *country;
    int code; /* tracking code, 0.. */
    int brand_index;
    char click_id[SPK_SIM_CLICK_ID + 1];
};

struct spk_sim_activity { /* one player, one day */
    int64_t deposits, withdrawals, positions;
    double deposited, withdrawn, volume, bonus;
    double pl; /* the operator's profit; may be negative */
};

struct spk_sim_plan { /* the affiliate's contract */
    double cpa, revenue_share;
};

int spk_sim_version(const struct spk_sim_world *world, int32_t day); /* -1: in the future */
/* Sign-ups of a day, hidden ones included: indexes 0.. of spk_sim_player_at. */
int64_t spk_sim_signups(const struct spk_sim_world *world, int32_t day);
int64_t spk_sim_clicks(const struct spk_sim_world *world, int32_t day);
void spk_sim_player_at(const struct spk_sim_world *world, int32_t day, int64_t index,
                       struct spk_sim_player *out);
/* A row that belongs to `day` and hashes to `hash`: has it arrived yet? */
bool spk_sim_arrived(const struct spk_sim_world *world, int32_t day, uint64_t hash);
/* False where the player did not play that day, or the row has not arrived. */
bool spk_sim_play(const struct spk_sim_world *world, const struct spk_sim_player *player,
                  int32_t day, struct spk_sim_activity *out);
/* The sum of a player's play from signing up to `last` (0 where there was none). */
void spk_sim_play_until(const struct spk_sim_world *world, const struct spk_sim_player *player,
                        int32_t last, struct spk_sim_activity *out);
double spk_sim_first_deposit(const struct spk_sim_player *player);
void spk_sim_contract(const struct spk_sim_world *world, struct spk_sim_plan *out);
const char *spk_sim_brand(const struct spk_sim_world *world, int index);

/* All players who may have played on `day`: next() until false. */
struct spk_sim_roster {
    const struct spk_sim_world *world;
    int32_t day, signup_day;
    int64_t index, count;
};
void spk_sim_roster_init(struct spk_sim_roster *roster, const struct spk_sim_world *world,
                         int32_t day);
bool spk_sim_roster_next(struct spk_sim_roster *roster, struct spk_sim_player *out);

#endif
