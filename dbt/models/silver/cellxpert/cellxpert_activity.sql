with raw_rows as (
    {{ latest_rows('cellxpert', 'DynamicVariablesReportStream') }}
)

select
    {{ origin() }},
    {{ field('userId', 'varchar') }} as player_id,
    {{ field('Brand', 'varchar') }} as brand,
    {{ field('Tracking_Code', 'varchar') }} as tracking_code,
    {{ field('afp', 'varchar') }} as click_id,
    {{ amount('Deposits') }} as deposit_amount,
    {{ count_of('Deposit_Count') }} as deposits,
    {{ amount('Withdrawals') }} as withdrawal_amount,
    {{ amount('Net_Deposits') }} as net_deposit_amount,
    {{ amount('Volume') }} as bet_amount,
    {{ count_of('Position_Count') }} as bets,
    {{ amount('PL') }} as gaming_revenue,
    {{ amount('Commissions') }} as commission
from raw_rows
