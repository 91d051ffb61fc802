-- What the models of silver add up to, gold adds up to: joins neither drop nor double a row.
{% set sums = {
    'cellxpert': [
        ('registrations', 'cellxpert_registrations', 'count(*)'),
        ('first_deposits', 'cellxpert_first_deposits', 'count(*)'),
        ('first_deposit_amount', 'cellxpert_first_deposits', 'sum(first_deposit_amount)'),
        ('commission', 'cellxpert_commissions', 'sum(commission)'),
    ],
    'mexos': [
        ('registrations', 'mexos_daily', 'sum(registrations)'),
        ('first_deposits', 'mexos_daily', 'sum(first_deposits)'),
        ('first_deposit_amount', 'mexos_daily', 'sum(first_deposit_amount)'),
        ('commission', 'mexos_daily', 'sum(commission)'),
    ],
} %}
with sums as (
    {% for platform in var('platforms') %}
    {% set outer_loop = loop %}
    {% for measure, model, expression in sums[platform] %}
    select
        '{{ platform }}' as platform,
        '{{ measure }}' as measure,
        coalesce((select {{ expression }} from {{ ref(model) }}), 0) as silver,
        coalesce((
            select sum({{ measure }})
            from {{ ref('daily_operator') }}
            where platform = '{{ platform }}'
        ), 0) as gold
    {% if not (loop.last and outer_loop.last) %}union all{% endif %}
    {% endfor %}
    {% endfor %}
)

-- Gold rounds amounts to cents, day by day.
select * from sums where abs(silver - gold) > 0.01 * (
    select 1 + count(*) from {{ ref('daily_operator') }}
) or (measure in ('registrations', 'first_deposits') and silver <> gold)
