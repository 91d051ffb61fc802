"""The dbt project over a raw zone of a few files, against figures counted by hand.

Needs pyarrow==26.* and duckdb==1.5.6; dbt runs in its own environment (dbt/run makes it).
"""

import datetime
import decimal
import json
import pathlib
import re
import subprocess
import uuid

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RAW_SCHEMA = pa.schema(
    [
        ("airbyte_id", pa.string()),
        ("airbyte_date_time", pa.timestamp("us", "UTC")),
        ("raw_data", pa.string()),
        ("additional_cntx", pa.string()),
    ]
)
UTC = datetime.UTC
FEB_12, FEB_13 = datetime.date(2024, 2, 12), datetime.date(2024, 2, 13)
SIGNUPS, FTDS, COMMISSIONS = (
    "RegistrationReportStream",
    "FTD_REGISTRATION_REPORT",
    "CommissionReportStream",
)


def literal(text):
    return "'" + str(text).replace("'", "''") + "'"


class RawZone:
    """A bucket per platform, and the warehouse that `spike link` would leave."""

    def __init__(self, folder):
        self.folder = folder
        self.warehouse = folder / "warehouse.duckdb"
        self.files = {"cellxpert": [], "mexos": []}

    def publish(self, run, account, stream, day, rows, platform="cellxpert", parts=1):
        """One version of a day, read page by page at 06:00 on day `run`; linked later."""
        at = datetime.datetime(2024, 2, run, 6, tzinfo=UTC)
        run_id = str(uuid.UUID(int=run))
        for part in range(parts):
            moment = at + datetime.timedelta(milliseconds=part)
            name = f"{moment:%Y_%m_%d_%H%M%S}{moment.microsecond // 1000:03}.parquet"
            key = f"{account}/{stream}/{day:%Y/%m/%d}/{name}"
            path = self.folder / "raw" / platform / key
            path.parent.mkdir(parents=True, exist_ok=True)
            mine = rows[part::parts]
            records = [{"data": row, "date": f"{day}", "tracker_login_id": account} for row in mine]
            table = pa.table(
                {
                    "airbyte_id": [str(uuid.uuid4()) for _ in mine],
                    "airbyte_date_time": [
                        at + datetime.timedelta(seconds=i) for i in range(len(mine))
                    ],
                    "raw_data": [json.dumps(record) for record in records],
                    "additional_cntx": [json.dumps({"run": run_id})] * len(mine),
                },
                RAW_SCHEMA,
            )
            pq.write_table(table, path, compression="zstd")
            self.files[platform].append((key, account, stream, day, len(mine), run_id, moment))

    def link(self):
        with duckdb.connect(str(self.warehouse)) as warehouse:
            warehouse.execute("create schema if not exists raw")
            for platform in self.files:
                self.link_platform(warehouse, platform)

    def link_platform(self, warehouse, platform):
        root = f"{self.folder}/raw/{platform}/"
        warehouse.execute(
            f"create or replace table raw.{platform}_files (filename varchar, operator_account"
            " varchar, stream_name varchar, dt date, row_count bigint, run_id varchar,"
            " extracted_at timestamptz)"
        )
        for file in self.files[platform]:
            warehouse.execute(
                f"insert into raw.{platform}_files values (?, ?, ?, ?, ?, ?, ?)", file
            )
        paths = ", ".join(literal(root + file[0]) for file in self.files[platform])
        columns = ", ".join(RAW_SCHEMA.names)
        warehouse.execute(
            f"create or replace view raw.{platform} as select split_part(key, '/', 1) as"
            " operator_account, split_part(key, '/', 2) as stream_name, cast(split_part(key, '/',"
            " 3) || '-' || split_part(key, '/', 4) || '-' || split_part(key, '/', 5) as date) as"
            f" dt, {columns}, key as metadata$filename from (select *, substr(filename,"
            f" {len(root) + 1}) as key from read_parquet([{paths}], filename = true))"
        )

    def build(self, *options, status=0):
        done = subprocess.run(
            [ROOT / "dbt/run", self.warehouse, *options],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def query(self, sql):
        with duckdb.connect(str(self.warehouse), read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()

    def gold(self):
        return {
            (platform, account, day.day): (signups, ftds, amount, commission)
            for platform, account, day, signups, ftds, amount, commission in self.query(
                "select platform, operator_account, dt, registrations, first_deposits,"
                " first_deposit_amount, commission from gold.daily_operator"
            )
        }

    def silver(self):
        """Every row of every silver model."""
        models = self.query(
            "select table_name from information_schema.tables where table_schema = 'silver'"
            " order by 1"
        )
        return {name: self.query(f"from silver.{name} order by all") for (name,) in models}

    def first_day_read(self, model):
        """The first day that the last build of a silver model made anew."""
        compiled = self.folder / "dbt-target/compiled/spike/models/silver"
        (path,) = compiled.glob(f"*/{model}.sql")
        return re.search(r"raw\.dt >= cast\('(\S+)' as date\)", path.read_text())[1]


def player(number, first_deposit=0.0):
    return {
        "User_ID": f"brand-{number}",
        "Registration_Date": "2024-02-12T21:50:03.778",
        "Tracking_Code": "T102",
        "afp": "|afp1:u8r0j5bs6179|afp2:c2",
        "Status": "Active" if first_deposit else "Registered",
        "Country": "SE",
        "PL": -3.5,
        "Net_PL": -3.5,
        "Volume": 0.0,
        "First_Deposit": first_deposit,
        "First_Deposit_Date": "2024-02-12" if first_deposit else "",
        "Deposits": first_deposit,
        "Deposit_Count": 1 if first_deposit else 0,
        "Withdrawals": 0.0,
        "Net_Deposits": first_deposit,
        "Commission": 0.0,
    }


def commission(number, amount, created="2/12/2024 7:19:24 AM"):
    return {
        "id": f"{number}",
        "TraderId": f"brand-{number}",
        "TrackingCode": "T100",
        "CommissionType": "RevShare",
        "Commission": amount,
        "created": created,
    }


def mexos_day(signups, ftds, amount, earned):
    return {
        "Date": "2024-02-12",
        "Casino Signups Cnt": f"{signups}",
        "Casino RFD Cnt": f"{ftds}",
        "Casino RFD Amt": amount,
        "Commission": earned,
    }


@pytest.fixture(scope="module")
def zone(tmp_path_factory):
    """Two accounts of Cellxpert and one of Mexos, as the run of the 13th left them."""
    made = RawZone(tmp_path_factory.mktemp("it's a zone"))
    made.publish(13, "lucky", SIGNUPS, FEB_12, [player(1), player(2), player(3, 20.0)])
    made.publish(13, "lucky", FTDS, FEB_12, [player(3, 20.0)])
    made.publish(
        13,
        "lucky",
        COMMISSIONS,
        FEB_12,
        [commission(1, "106.25"), commission(2, "-3.31", "2/12/2024")],
    )
    made.publish(13, "royal otter", SIGNUPS, FEB_12, [player(n) for n in range(5)], parts=2)
    made.publish(
        13, "vip", "DailyReportStream", FEB_12, [mexos_day(7, 2, "40.50", "12.30")], "mexos"
    )
    made.link()
    made.first_output = made.build()
    return made


def money(text):
    return decimal.Decimal(text)


FIRST = {
    ("cellxpert", "lucky", 12): (3, 1, money("20.00"), money("102.94")),
    ("cellxpert", "royal otter", 12): (5, 0, money("0.00"), money("0.00")),
    ("mexos", "vip", 12): (7, 2, money("40.50"), money("12.30")),
}


def test_the_first_build_gives_the_figures_of_each_account_and_day(zone):
    assert zone.gold() == FIRST
    assert "ERROR=0" in zone.first_output


def test_silver_columns_are_typed(zone):
    assert zone.query(
        "select player_id, registered_at, first_deposit_date, first_deposit_amount, deposits"
        " from silver.cellxpert_first_deposits"
    ) == [
        (
            "brand-3",
            datetime.datetime(2024, 2, 12, 21, 50, 3, 778000),
            FEB_12,
            money("20.0000"),
            1,
        )
    ]
    assert zone.query("select created_at from silver.cellxpert_commissions order by 1") == [
        (datetime.datetime(2024, 2, 12),),
        (datetime.datetime(2024, 2, 12, 7, 19, 24),),
    ]


def test_a_restated_day_replaces_the_day_and_leaves_the_others(zone):
    # The run of the 14th read the 12th again: one player more for lucky, one less for royal otter,
    # in another number of parts; and the 13th for the first time.
    zone.publish(14, "lucky", SIGNUPS, FEB_12, [player(n) for n in range(4)], parts=2)
    zone.publish(14, "lucky", COMMISSIONS, FEB_12, [commission(1, "100.00")])
    zone.publish(14, "royal otter", SIGNUPS, FEB_12, [player(n) for n in range(4)])
    zone.publish(14, "lucky", SIGNUPS, FEB_13, [player(9)])
    zone.build()
    assert zone.gold() == FIRST, "what is not linked is not seen"
    zone.link()
    zone.build()
    assert zone.gold() == FIRST | {
        ("cellxpert", "lucky", 12): (4, 1, money("20.00"), money("100.00")),
        ("cellxpert", "royal otter", 12): (4, 0, money("0.00"), money("0.00")),
        ("cellxpert", "lucky", 13): (1, 0, money("0.00"), money("0.00")),
    }


def test_a_repair_of_a_day_long_before_the_lookback_is_taken_in(zone):
    old = datetime.date(2024, 1, 3)
    for number in range(1, 8):
        day = datetime.date(2024, 2, 13) + datetime.timedelta(days=number)
        zone.publish(14 + number, "lucky", SIGNUPS, day, [player(number)])
    zone.link()
    zone.build()
    before = zone.gold()
    zone.publish(25, "lucky", SIGNUPS, old, [player(70), player(71)])
    zone.link()
    zone.build()
    assert zone.gold() == before | {("cellxpert", "lucky", 3): (2, 0, money(0), money(0))}


def check_full_refresh(zone):
    """What was built bit by bit is what a build from nothing gives."""
    before = zone.silver()
    assert zone.first_day_read("cellxpert_registrations") == "2024-02-16", "the lookback alone"
    zone.build("--full-refresh")
    assert zone.silver() == before


def test_a_day_restated_to_no_rows_loses_its_rows_until_it_has_some_again(zone):
    # The 12th, long before the lookback: of one of lucky's reports, of all of royal otter's and
    # vip's. The 20th, within it. And a day that never had rows.
    before = zone.gold()
    twentieth = datetime.date(2024, 2, 20)
    for account in ("lucky", "royal otter"):
        zone.publish(26, account, SIGNUPS, FEB_12, [])
    zone.publish(26, "vip", "DailyReportStream", FEB_12, [], "mexos")
    zone.publish(26, "lucky", SIGNUPS, twentieth, [])
    zone.publish(26, "lucky", SIGNUPS, datetime.date(2023, 5, 1), [])
    zone.link()
    assert "ERROR=0" in zone.build()
    expected = before | {("cellxpert", "lucky", 12): (0, 1, money("20.00"), money("100.00"))}
    for gone in (
        ("cellxpert", "royal otter", 12),
        ("mexos", "vip", 12),
        ("cellxpert", "lucky", 20),
    ):
        del expected[gone]
    assert zone.gold() == expected
    zone.build()
    assert zone.gold() == expected
    check_full_refresh(zone)

    zone.publish(27, "lucky", SIGNUPS, FEB_12, [player(1), player(2)], parts=2)
    zone.publish(27, "royal otter", SIGNUPS, FEB_12, [player(1)])
    zone.publish(
        27, "vip", "DailyReportStream", FEB_12, [mexos_day(6, 1, "10.00", "1.50")], "mexos"
    )
    zone.link()
    assert "ERROR=0" in zone.build()
    assert zone.gold() == expected | {
        ("cellxpert", "lucky", 12): (2, 1, money("20.00"), money("100.00")),
        ("cellxpert", "royal otter", 12): (1, 0, money(0), money(0)),
        ("mexos", "vip", 12): (6, 1, money("10.00"), money("1.50")),
    }
    zone.build()
    check_full_refresh(zone)


def test_outdated_rows_in_silver_fail_the_completeness_test(zone):
    zone.publish(28, "vip", "DailyReportStream", FEB_12, [], "mexos")
    zone.link()
    said = zone.build("--select", "test_type:data", status=1)
    assert "complete_mexos_daily" in said
    assert "gold_days_are_published" in said
    zone.build()
    assert ("mexos", "vip", 12) not in zone.gold()


def test_building_again_changes_nothing(zone):
    before = zone.gold()
    zone.build()
    assert zone.gold() == before


def test_a_value_of_the_wrong_type_fails_the_build_and_names_the_model(zone):
    zone.publish(29, "lucky", COMMISSIONS, FEB_12, [commission(1, "a lot")])
    zone.link()
    before = zone.gold()
    said = zone.build(status=1)
    assert "cellxpert_commissions" in said
    assert "a lot" in said
    assert zone.gold() == before
    zone.files["cellxpert"].pop()
    zone.link()
    zone.build()


def test_a_renamed_column_is_a_warning(zone):
    day = datetime.date(2024, 2, 24)
    zone.publish(29, "lucky", SIGNUPS, day, [{"Player": "brand-1"}, {"Player": "brand-2"}])
    zone.link()
    said = zone.build()
    assert "WARN 2 not_null_cellxpert_registrations_player_id" in said
    assert "WARN=1 ERROR=0" in said


def test_a_lost_row_fails_the_completeness_test(zone):
    with duckdb.connect(str(zone.warehouse)) as warehouse:
        warehouse.execute("delete from silver.cellxpert_registrations where dt = '2024-02-12'")
    said = zone.build("--select", "test_type:data", status=1)
    assert "complete_cellxpert_registrations" in said
