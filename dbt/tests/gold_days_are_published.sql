-- A day in gold of which no report's latest version has rows would be made up, or outdated.
with published as (
    {% for platform in var('platforms') %}
    select distinct '{{ platform }}' as platform, operator_account, dt
    from ({{ latest_files(platform) }}) as latest
    where row_count > 0
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
