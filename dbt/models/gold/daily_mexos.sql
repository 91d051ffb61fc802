select
    operator_account,
    dt,
    coalesce(sum(registrations), 0) as registrations,
    coalesce(sum(first_deposits), 0) as first_deposits,
    coalesce(sum(first_deposit_amount), 0) as first_deposit_amount,
    coalesce(sum(commission), 0) as commission
from {{ ref('mexos_daily') }}
group by operator_account, dt
