with registrations as (
    select operator_account, dt, count(*) as registrations
    from {{ ref('cellxpert_registrations') }}
    group by operator_account, dt
),

first_deposits as (
    select
        operator_account,
        dt,
        count(*) as first_deposits,
        sum(first_deposit_amount) as first_deposit_amount
    from {{ ref('cellxpert_first_deposits') }}
    group by operator_account, dt
),

commissions as (
    select operator_account, dt, sum(commission) as commission
    from {{ ref('cellxpert_commissions') }}
    group by operator_account, dt
),

days as (
    select operator_account, dt from registrations
    union
    select operator_account, dt from first_deposits
    union
    select operator_account, dt from commissions
)

select
    days.operator_account,
    days.dt,
    coalesce(registrations.registrations, 0) as registrations,
    coalesce(first_deposits.first_deposits, 0) as first_deposits,
    coalesce(first_deposits.first_deposit_amount, 0) as first_deposit_amount,
    coalesce(commissions.commission, 0) as commission
from days
left join registrations
    on days.operator_account = registrations.operator_account and days.dt = registrations.dt
left join first_deposits
    on days.operator_account = first_deposits.operator_account and days.dt = first_deposits.dt
left join commissions
    on days.operator_account = commissions.operator_account and days.dt = commissions.dt
