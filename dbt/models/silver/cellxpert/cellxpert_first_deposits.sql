with raw_rows as (
    {{ latest_rows('cellxpert', 'FTD_REGISTRATION_REPORT') }}
)

select
    {{ origin() }},
    {{ cellxpert_player() }}
from raw_rows
