{% for platform in var('platforms') %}
select
    '{{ platform }}' as platform,
    operator_account,
    dt,
    cast(registrations as bigint) as registrations,
    cast(first_deposits as bigint) as first_deposits,
    cast(first_deposit_amount as decimal(18, 2)) as first_deposit_amount,
    cast(commission as decimal(18, 2)) as commission
from {{ ref('daily_' ~ platform) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
