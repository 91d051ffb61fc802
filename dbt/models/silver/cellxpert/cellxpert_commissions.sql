with raw_rows as (
    {{ latest_rows('cellxpert', 'CommissionReportStream') }}
)

select
    {{ origin() }},
    {{ field('id', 'varchar') }} as commission_id,
    {{ field('TraderId', 'varchar') }} as player_id,
    {{ field('afp', 'varchar') }} as click_id,
    {{ field('TrackingCode', 'varchar') }} as tracking_code,
    {{ field('CommissionType', 'varchar') }} as commission_type,
    {{ american_time('created') }} as created_at,
    {{ amount('Commission') }} as commission
from raw_rows
