with raw_rows as (
    {{ latest_rows('mexos', 'DailyReportStream') }}
)

select
    {{ origin() }},
    {{ mexos_figures() }}
from raw_rows
