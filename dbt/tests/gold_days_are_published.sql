-- A day in gold without a published batch of that operator account would be made up.
with published as (
    {% for platform in var('platforms') %}
    select distinct '{{ platform }}' as platform, operator_account, dt
    from {{ source('raw', platform ~ '_files') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select gold.platform, gold.operator_account, gold.dt
from {{ ref('daily_operator') }} as gold
left join published
    on gold.platform = published.platform
    and gold.operator_account = published.operator_account
    and gold.dt = published.dt
where published.platform is null
