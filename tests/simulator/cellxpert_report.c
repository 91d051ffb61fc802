#include "cellxpert.h"

#include "seed.h"

#include "base/time.h"

#include <math.h>
#include <stdio.h>

enum { CELL_COUNT = SPK_SIM_BRANDS * SPK_SIM_CODES };

static void format_moment(const struct spk_sim_player *player, char *out, size_t size)
{
    int year, month, day, second = (int)player->second;
    spk_day_to_civil(player->day, &year, &month, &day);
    snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03d", year, month, day, second / 3600,
             second / 60 % 60, second % 60, (int)(player->hash % 1000));
}

static void format_day(int32_t day, char separator, char *out, size_t size)
{
    int year, month, of_month;
    spk_day_to_civil(day, &year, &month, &of_month);
    snprintf(out, size, "%04d%c%02d%c%02d", year, separator, month, separator, of_month);
}

static void write_identity(const struct spk_sim_player *player, struct spk_sim_rows *rows)
{
    char text[64];
    snprintf(text, sizeof(text), "T%d", 100 + player->code);
    spk_sim_text(rows, "Tracking_Code", text);
    snprintf(text, sizeof(text), "|afp1:%s|afp2:c%d", player->click_id, player->code);
    spk_sim_text(rows, "afp", text);
}

/* ---- registrations: a player with the figures known so far */

/* How lifetime figures stand in the report of `day`: they are brought up to date when a version of
 * the day is made, not with each request. Gives the last day of play that counts. */
static int32_t freeze(struct spk_sim_world *world, int32_t day)
{
    int version = spk_sim_version(world, day);
    if (version > 0) {
        world->today = day + (version == 1 ? 1 : 3);
        world->passed = 0;
    }
    return version == 2 ? day + 2 : day;
}

static void write_player(const struct spk_sim_world *world, const struct spk_sim_player *player,
                         int32_t day, struct spk_sim_rows *rows)
{
    struct spk_sim_world frozen = *world;
    int32_t last = freeze(&frozen, day);
    struct spk_sim_activity sum;
    spk_sim_play_until(&frozen, player, last, &sum);
    bool deposited = player->ftd_day <= last;
    char text[64];
    spk_sim_row_begin(rows);
    snprintf(text, sizeof(text), "brand-%lld", (long long)player->number);
    spk_sim_text(rows, "User_ID", text);
    format_moment(player, text, sizeof(text));
    spk_sim_text(rows, "Registration_Date", text);
    write_identity(player, rows);
    spk_sim_text(rows, "Status", deposited ? "Active" : "Registered");
    spk_sim_text(rows, "Country", player->country);
    spk_sim_integer(rows, "Position_Count", sum.positions);
    spk_sim_amount(rows, "PL", sum.pl);
    spk_sim_amount(rows, "Net_PL", sum.pl - sum.bonus);
    spk_sim_amount(rows, "Lot_Amount", 0);
    spk_sim_amount(rows, "Volume", sum.volume);
    spk_sim_amount(rows, "First_Deposit", deposited ? spk_sim_first_deposit(player) : 0);
    text[0] = '\0';
    if (deposited) {
        format_day(player->ftd_day, '-', text, sizeof(text));
    }
    spk_sim_text(rows, "First_Deposit_Date", text);
    spk_sim_amount(rows, "Deposits", sum.deposited);
    spk_sim_amount(rows, "Withdrawals", sum.withdrawn);
    spk_sim_amount(rows, "Net_Deposits", sum.deposited - sum.withdrawn);
    spk_sim_integer(rows, "Deposit_Count", sum.deposits);
    spk_sim_amount(rows, "Commission", sum.pl * 0.25);
    spk_sim_row_end(rows);
}

static void write_registrations(const struct spk_sim_world *world,
                                const struct spk_sim_cellxpert_query *query, int32_t day,
                                struct spk_sim_rows *rows)
{
    int64_t count = spk_sim_signups(world, day);
    for (int64_t i = 0; i < count; i++) {
        struct spk_sim_player player;
        spk_sim_player_at(world, day, i, &player);
        if (spk_sim_arrived(world, day, player.hash)) {
            write_player(world, &player, day, rows);
        }
    }
}

typedef bool (*player_filter)(const struct spk_sim_world *world,
                              const struct spk_sim_player *player, int32_t day);

static void write_players(const struct spk_sim_world *world, player_filter belongs, int32_t day,
                          struct spk_sim_rows *rows)
{
    struct spk_sim_roster roster;
    struct spk_sim_player player;
    spk_sim_roster_init(&roster, world, day);
    while (spk_sim_roster_next(&roster, &player)) {
        if (belongs(world, &player, day)) {
            write_player(world, &player, day, rows);
        }
    }
}

static bool deposits_first(const struct spk_sim_world *world, const struct spk_sim_player *player,
                           int32_t day)
{
    struct spk_sim_activity ignored;
    return player->ftd_day == day && spk_sim_play(world, player, day, &ignored);
}

static void write_first_deposits(const struct spk_sim_world *world,
                                 const struct spk_sim_cellxpert_query *query, int32_t day,
                                 struct spk_sim_rows *rows)
{
    write_players(world, deposits_first, day, rows);
}

/* Last action on the day: signed up, or played. */
static bool acts(const struct spk_sim_world *world, const struct spk_sim_player *player,
                 int32_t day)
{
    struct spk_sim_activity ignored;
    bool signed_up = player->day == day && spk_sim_arrived(world, day, player->hash);
    return signed_up || spk_sim_play(world, player, day, &ignored);
}

static void write_updates(const struct spk_sim_world *world,
                          const struct spk_sim_cellxpert_query *query, int32_t day,
                          struct spk_sim_rows *rows)
{
    write_players(world, acts, day, rows);
}

/* ---- activityreport: a player's day */
static void write_activity(const struct spk_sim_world *world,
                           const struct spk_sim_cellxpert_query *query, int32_t day,
                           struct spk_sim_rows *rows)
{
    struct spk_sim_roster roster;
    struct spk_sim_player player;
    struct spk_sim_activity play;
    struct spk_sim_plan contract;
    spk_sim_contract(world, &contract);
    spk_sim_roster_init(&roster, world, day);
    while (spk_sim_roster_next(&roster, &player)) {
        if (!spk_sim_play(world, &player, day, &play)) {
            continue;
        }
        char text[64];
        spk_sim_row_begin(rows);
        snprintf(text, sizeof(text), "brand-%lld", (long long)player.number);
        spk_sim_text(rows, "userId", text);
        spk_sim_text(rows, "Brand", player.brand);
        write_identity(&player, rows);
        spk_sim_amount(rows, "Deposits", play.deposited);
        spk_sim_integer(rows, "Deposit_Count", play.deposits);
        spk_sim_amount(rows, "Withdrawals", play.withdrawn);
        spk_sim_amount(rows, "Net_Deposits", play.deposited - play.withdrawn);
        spk_sim_amount(rows, "Volume", play.volume);
        spk_sim_integer(rows, "Position_Count", play.positions);
        spk_sim_amount(rows, "PL", play.pl);
        spk_sim_amount(rows, "Commissions", play.pl * contract.revenue_share);
        spk_sim_integer(rows, "Commission_Count", player.ftd_day == day ? 2 : 1);
        spk_sim_row_end(rows);
    }
}

/* ---- mediareport: totals by the breakdowns asked for */
struct cell {
    int64_t clicks, leads, ftd;
    double deposits, volume, pl;
};

bool spk_sim_cellxpert_wants(const struct spk_sim_cellxpert_query *query, const char *breakdown)
{
    return query->request == NULL || spk_view_is(spk_sim_parameter(query->request, breakdown), "1");
}

static void fill_cells(const struct spk_sim_world *world, int32_t day, struct cell *cells)
{
    int64_t clicks = spk_sim_clicks(world, day);
    for (int i = 0; i < CELL_COUNT; i++) {
        cells[i].clicks = clicks / CELL_COUNT + (i < clicks % CELL_COUNT ? 1 : 0);
    }
    struct spk_sim_roster roster;
    struct spk_sim_player player;
    struct spk_sim_activity play;
    spk_sim_roster_init(&roster, world, day);
    while (spk_sim_roster_next(&roster, &player)) {
        struct cell *cell = &cells[player.brand_index * SPK_SIM_CODES + player.code];
        cell->leads += player.day == day && spk_sim_arrived(world, day, player.hash) ? 1 : 0;
        if (spk_sim_play(world, &player, day, &play)) {
            cell->ftd += player.ftd_day == day ? 1 : 0;
            cell->deposits += play.deposited;
            cell->volume += play.volume;
            cell->pl += play.pl;
        }
    }
}

static void write_cell(const struct cell *cell, const struct spk_sim_plan *contract,
                       struct spk_sim_rows *rows)
{
    spk_sim_integer(rows, "Impressions", cell->clicks * 37);
    spk_sim_integer(rows, "Visitors", cell->clicks);
    spk_sim_integer(rows, "Unique_Visitors", cell->clicks * 9 / 10);
    spk_sim_integer(rows, "Leads", cell->leads);
    spk_sim_integer(rows, "Unique_Leads", cell->leads);
    spk_sim_integer(rows, "Leads", cell->leads); /* the platform sends this tag twice */
    spk_sim_integer(rows, "Unique_Pre_Reals", 0);
    spk_sim_integer(rows, "FTD", cell->ftd);
    spk_sim_integer(rows, "QFTD", cell->ftd);
    spk_sim_amount(rows, "Deposits", cell->deposits);
    spk_sim_amount(rows, "Volume", cell->volume);
    spk_sim_amount(rows, "PL", cell->pl);
    spk_sim_amount(rows, "Commission",
                   cell->pl * contract->revenue_share + (double)cell->ftd * contract->cpa);
    spk_sim_integer(rows, "Demo", 0);
    spk_sim_integer(rows, "Unique_Demo", 0);
}

static void add_cell(struct cell *sum, const struct cell *one)
{
    sum->clicks += one->clicks;
    sum->leads += one->leads;
    sum->ftd += one->ftd;
    sum->deposits += one->deposits;
    sum->volume += one->volume;
    sum->pl += one->pl;
}

static void write_media(const struct spk_sim_world *world,
                        const struct spk_sim_cellxpert_query *query, int32_t day,
                        struct spk_sim_rows *rows)
{
    bool by_brand = spk_sim_cellxpert_wants(query, "Brand"),
         by_code = spk_sim_cellxpert_wants(query, "TrackingCode");
    struct cell cells[CELL_COUNT] = {0}, groups[CELL_COUNT] = {0};
    struct spk_sim_plan contract;
    spk_sim_contract(world, &contract);
    fill_cells(world, day, cells);
    for (int i = 0; i < CELL_COUNT; i++) {
        int brand = by_brand ? i / SPK_SIM_CODES : 0, code = by_code ? i % SPK_SIM_CODES : 0;
        add_cell(&groups[brand * SPK_SIM_CODES + code], &cells[i]);
    }
    for (int i = 0; i < CELL_COUNT; i++) {
        char text[32];
        if (groups[i].clicks == 0 && groups[i].leads == 0 && groups[i].volume == 0) {
            continue;
        }
        spk_sim_row_begin(rows);
        if (spk_sim_cellxpert_wants(query, "Day")) {
            format_day(day, '/', text, sizeof(text));
            spk_sim_text(rows, "Day", text);
        }
        if (by_brand) {
            spk_sim_text(rows, "Brand", spk_sim_brand(world, i / SPK_SIM_CODES));
        }
        if (by_code) {
            snprintf(text, sizeof(text), "T%d", 100 + i % SPK_SIM_CODES);
            spk_sim_text(rows, "TrackingCode", text);
        }
        write_cell(&groups[i], &contract, rows);
        spk_sim_row_end(rows);
    }
}

/* ---- commissions */
static void format_us(int32_t day, uint64_t hash, char *out, size_t size)
{
    int year, month, of_month, minute = (int)(hash % 1440);
    spk_day_to_civil(day, &year, &month, &of_month);
    if (hash % 5 == 0) { /* the platform sometimes gives the date only */
        snprintf(out, size, "%d/%d/%04d", month, of_month, year);
        return;
    }
    int hour = minute / 60;
    snprintf(out, size, "%d/%d/%04d %d:%02d:%02d %s", month, of_month, year,
             hour % 12 == 0 ? 12 : hour % 12, minute % 60, (int)(hash >> 32 & 31),
             hour < 12 ? "AM" : "PM");
}

static void write_commission(const struct spk_sim_player *player, int32_t day, const char *kind,
                             double amount, struct spk_sim_rows *rows)
{
    uint64_t hash = spk_sim_hash_text(player->hash, spk_view_of(kind));
    char text[64];
    spk_sim_row_begin(rows);
    spk_sim_integer(rows, "id", (int64_t)(spk_sim_hash(hash, (uint64_t)day, 0) >> 20));
    snprintf(text, sizeof(text), "brand-%lld", (long long)player->number);
    spk_sim_text(rows, "TraderId", text);
    snprintf(text, sizeof(text), "|afp1:%s", player->click_id);
    spk_sim_text(rows, "afp", text);
    snprintf(text, sizeof(text), "T%d", 100 + player->code);
    spk_sim_text(rows, "TrackingCode", text);
    spk_sim_text(rows, "CommissionType", kind);
    spk_sim_amount(rows, "Commission", amount);
    format_us(day, hash, text, sizeof(text));
    spk_sim_text(rows, "created", text);
    spk_sim_row_end(rows);
}

static void write_commissions(const struct spk_sim_world *world,
                              const struct spk_sim_cellxpert_query *query, int32_t day,
                              struct spk_sim_rows *rows)
{
    struct spk_sim_roster roster;
    struct spk_sim_player player;
    struct spk_sim_activity play;
    struct spk_sim_plan contract;
    spk_sim_contract(world, &contract);
    spk_sim_roster_init(&roster, world, day);
    while (spk_sim_roster_next(&roster, &player)) {
        double fate = spk_sim_unit(spk_sim_hash(player.hash, 77, 77));
        if (!spk_sim_arrived(world, day, player.hash)) {
            continue;
        }
        if (player.ftd_day == day - 1) {
            write_commission(&player, day, "CPA", contract.cpa, rows);
        }
        if (player.ftd_day == day - 8 && fate < 0.08) {
            write_commission(&player, day, "Chargeback", -contract.cpa, rows);
        }
        if (spk_sim_play(world, &player, day, &play)) {
            double amount = round(play.pl * contract.revenue_share * 100) / 100;
            write_commission(&player, day, amount < 0 && fate > 0.9 ? "Adjustment" : "RevShare",
                             amount, rows);
        }
    }
}

const struct spk_sim_cellxpert_report spk_sim_cellxpert_reports[] = {
    {"registrations", "fdd", "FTD_REGISTRATION_REPORT", "registrations", "Registration", false,
     write_first_deposits},
    {"registrations", "update", "RegistrationUpdates", "registrations", "Registration", false,
     write_updates},
    {"registrations", NULL, "RegistrationReportStream", "registrations", "Registration", false,
     write_registrations},
    {"activityreport", NULL, "DynamicVariablesReportStream", "activityreport", "Activity", false,
     write_activity},
    {"mediareport", NULL, "MediaReportStream", NULL, "row", true, write_media},
    {"commissions", NULL, "CommissionReportStream", NULL, "Commission", false, write_commissions},
    {0},
};
