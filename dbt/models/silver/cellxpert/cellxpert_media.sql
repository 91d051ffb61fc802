with raw_rows as (
    {{ latest_rows('cellxpert', 'MediaReportStream') }}
)

select
    {{ origin() }},
    {{ field('Brand', 'varchar') }} as brand,
    {{ field('TrackingCode', 'varchar') }} as tracking_code,
    {{ count_of('Impressions') }} as impressions,
    {{ count_of('Visitors') }} as visitors,
    {{ count_of('Unique_Visitors') }} as unique_visitors,
    {{ count_of('Leads') }} as leads,
    {{ count_of('FTD') }} as first_deposits,
    {{ count_of('QFTD') }} as qualified_first_deposits,
    {{ amount('Deposits') }} as deposit_amount,
    {{ amount('Volume') }} as bet_amount,
    {{ amount('PL') }} as gaming_revenue,
    {{ amount('Commission') }} as commission
from raw_rows
