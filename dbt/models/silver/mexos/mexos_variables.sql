with raw_rows as (
    {{ latest_rows('mexos', 'DynamicVariablesReportStream') }}
)

select
    {{ origin() }},
    {{ field('Var 1', 'varchar') }} as variable,
    {{ mexos_figures() }}
from raw_rows
