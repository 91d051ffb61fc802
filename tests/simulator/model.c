#include "model.h"

#include "seed.h"

#include "base/time.h"

#include <math.h>

enum purpose { /* one stream of draws each */
               DRAW_CLICKS = 1,
               DRAW_SIGNUPS,
               DRAW_PLAYER,
               DRAW_BRAND,
               DRAW_CODE,
               DRAW_COUNTRY,
               DRAW_CLICK_ID,
               DRAW_SECOND,
               DRAW_FTD,
               DRAW_FTD_DELAY,
               DRAW_FIRST_DEPOSIT,
               DRAW_ACTIVE,
               DRAW_DEPOSITS,
               DRAW_AMOUNT,
               DRAW_WITHDRAWAL,
               DRAW_PL,
               DRAW_ARRIVAL,
               DRAW_CORRECTION,
               DRAW_CONTRACT,
};

enum { MAX_SIGNUPS = 100000, LONGEST_FTD_DELAY = 6 };

static const double weekday_shape[7] = {0.85, 0.85, 0.9, 1.0, 1.15, 1.3, 1.2};
static const char *const brands[] = {"Lucky Comet",  "Royal Otter", "Nordic Spin",
                                     "Golden Quail", "Ruby Harbor", "Blue Acorn"};
static const char *const countries[] = {"FI", "SE", "DE", "NO", "CA", "NZ", "--"};

static double operator_size(const struct spk_sim_world *world) /* clicks a day */
{
    return (150 + 450 * spk_sim_unit(spk_sim_hash(world->key, 0, 0))) * world->scale;
}

static double day_mean(const struct spk_sim_world *world, int32_t day)
{
    double season = 1.0 + 0.1 * sin((double)day / 29.0);
    return operator_size(world) * weekday_shape[spk_day_weekday(day)] * season;
}

int spk_sim_version(const struct spk_sim_world *world, int32_t day)
{
    int32_t age = world->today - day;
    if (age < 0) {
        return -1;
    }
    return age == 0 ? 0 : age < 3 ? 1 : 2;
}

int64_t spk_sim_clicks(const struct spk_sim_world *world, int32_t day)
{
    double mean = day_mean(world, day);
    int64_t all = spk_sim_poisson(spk_sim_hash(world->key, DRAW_CLICKS, (uint64_t)day), mean);
    return day == world->today ? (int64_t)((double)all * world->passed) : all;
}

int64_t spk_sim_signups(const struct spk_sim_world *world, int32_t day)
{
    double mean = day_mean(world, day) * 0.07;
    int64_t count = spk_sim_poisson(spk_sim_hash(world->key, DRAW_SIGNUPS, (uint64_t)day), mean);
    return count < MAX_SIGNUPS ? count : MAX_SIGNUPS;
}

const char *spk_sim_brand(const struct spk_sim_world *world, int index)
{
    size_t first = world->key % 6;
    return brands[(first + (size_t)index) % 6];
}

static int32_t first_deposit_day(uint64_t hash, int32_t day)
{
    if (spk_sim_unit(spk_sim_hash(hash, DRAW_FTD, 0)) > 0.3) {
        return INT32_MAX;
    }
    uint64_t delay = spk_sim_hash(hash, DRAW_FTD_DELAY, 0);
    return spk_sim_unit(delay) < 0.6 ? day : day + 1 + (int32_t)((delay >> 8) % LONGEST_FTD_DELAY);
}

void spk_sim_player_at(const struct spk_sim_world *world, int32_t day, int64_t index,
                       struct spk_sim_player *out)
{
    uint64_t hash = spk_sim_hash(world->key, DRAW_PLAYER + ((uint64_t)day << 8), (uint64_t)index);
    out->day = day;
    out->hash = hash;
    out->number = 1000000 + (int64_t)day * MAX_SIGNUPS + index;
    out->brand_index = (int)(spk_sim_hash(hash, DRAW_BRAND, 0) % SPK_SIM_BRANDS);
    out->brand = spk_sim_brand(world, out->brand_index);
    out->code = (int)(spk_sim_hash(hash, DRAW_CODE, 0) % SPK_SIM_CODES);
    out->country = countries[spk_sim_hash(hash, DRAW_COUNTRY, 0) % 7];
    out->second = SPK_DAY_SECONDS * spk_sim_unit(spk_sim_hash(hash, DRAW_SECOND, 0));
    out->ftd_day = first_deposit_day(hash, day);
    spk_sim_base36(spk_sim_hash(hash, DRAW_CLICK_ID, 0), SPK_SIM_CLICK_ID, out->click_id);
}

bool spk_sim_arrived(const struct spk_sim_world *world, int32_t day, uint64_t hash)
{
    double arrival = spk_sim_unit(spk_sim_hash(hash, DRAW_ARRIVAL, (uint64_t)day));
    switch (spk_sim_version(world, day)) {
    case 0: return arrival < 0.93 * world->passed;
    case 1: return arrival < 0.985;
    case 2: return true;
    default: return false;
    }
}

/* What corrections have made of an amount: part of the rows change on the next day, part later. */
static double correction(const struct spk_sim_world *world, int32_t day, uint64_t hash)
{
    double draw = spk_sim_unit(spk_sim_hash(hash, DRAW_CORRECTION, (uint64_t)day));
    int version = spk_sim_version(world, day);
    if (version >= 1 && draw < 0.05) {
        return 0.9;
    }
    return version >= 2 && draw < 0.09 ? 0.5 : 1.0;
}

double spk_sim_first_deposit(const struct spk_sim_player *player)
{
    double amount = spk_sim_log_normal(spk_sim_hash(player->hash, DRAW_FIRST_DEPOSIT, 0), 3.6, 0.8);
    return amount < 10 ? 10 : amount;
}

static bool plays_on(const struct spk_sim_player *player, int32_t day)
{
    if (day < player->ftd_day || day > player->day + SPK_SIM_ACTIVE_DAYS) {
        return false;
    }
    double chance = 0.45 * exp(-(double)(day - player->ftd_day) / 10.0);
    uint64_t draw = spk_sim_hash(player->hash, DRAW_ACTIVE, (uint64_t)day);
    return day == player->ftd_day || spk_sim_unit(draw) < chance;
}

bool spk_sim_play(const struct spk_sim_world *world, const struct spk_sim_player *player,
                  int32_t day, struct spk_sim_activity *out)
{
    if (!plays_on(player, day) || !spk_sim_arrived(world, day, player->hash)) {
        return false;
    }
    uint64_t of_day = spk_sim_hash(player->hash, DRAW_AMOUNT, (uint64_t)day);
    bool first = day == player->ftd_day;
    out->deposits = spk_sim_poisson(spk_sim_hash(of_day, DRAW_DEPOSITS, 0), 0.7) + (first ? 1 : 0);
    out->deposited = first ? spk_sim_first_deposit(player) : 0;
    for (int64_t i = first ? 1 : 0; i < out->deposits; i++) {
        out->deposited +=
            spk_sim_log_normal(spk_sim_hash(of_day, DRAW_AMOUNT, (uint64_t)i), 3.6, 0.9);
    }
    out->deposited *= correction(world, day, player->hash);
    uint64_t withdrawal = spk_sim_hash(of_day, DRAW_WITHDRAWAL, 0);
    out->withdrawals = spk_sim_unit(withdrawal) < 0.12 ? 1 : 0;
    out->withdrawn = out->withdrawals ? spk_sim_log_normal(withdrawal, 4.0, 0.8) : 0;
    out->volume = (out->deposited + 5) * (4 + 16 * spk_sim_unit(spk_sim_hash(of_day, 1, 1)));
    out->positions = 1 + (int64_t)(out->volume / 3);
    out->bonus = out->deposited * 0.1;
    /* Unlucky days for the house are part of the world: about one in five. */
    out->pl = out->volume * (0.16 * spk_sim_unit(spk_sim_hash(of_day, DRAW_PL, 0)) - 0.04);
    return true;
}

void spk_sim_play_until(const struct spk_sim_world *world, const struct spk_sim_player *player,
                        int32_t last, struct spk_sim_activity *out)
{
    *out = (struct spk_sim_activity){0};
    for (int32_t day = player->day; day <= last; day++) {
        struct spk_sim_activity one;
        if (!spk_sim_play(world, player, day, &one)) {
            continue;
        }
        out->deposits += one.deposits;
        out->withdrawals += one.withdrawals;
        out->positions += one.positions;
        out->deposited += one.deposited;
        out->withdrawn += one.withdrawn;
        out->volume += one.volume;
        out->bonus += one.bonus;
        out->pl += one.pl;
    }
}

void spk_sim_contract(const struct spk_sim_world *world, struct spk_sim_plan *out)
{
    uint64_t hash = spk_sim_hash(world->key, DRAW_CONTRACT, 0);
    out->cpa = 60 + 10 * (double)(hash % 7);
    out->revenue_share = 0.25 + 0.05 * (double)((hash >> 8) % 4);
}

void spk_sim_roster_init(struct spk_sim_roster *roster, const struct spk_sim_world *world,
                         int32_t day)
{
    int32_t first = day - SPK_SIM_ACTIVE_DAYS;
    *roster = (struct spk_sim_roster){
        .world = world, .day = day, .signup_day = first, .count = spk_sim_signups(world, first)};
}

bool spk_sim_roster_next(struct spk_sim_roster *roster, struct spk_sim_player *out)
{
    while (roster->signup_day <= roster->day) {
        if (roster->index < roster->count) {
            spk_sim_player_at(roster->world, roster->signup_day, roster->index++, out);
            return true;
        }
        roster->signup_day++;
        roster->index = 0;
        roster->count = spk_sim_signups(roster->world, roster->signup_day);
    }
    return false;
}
