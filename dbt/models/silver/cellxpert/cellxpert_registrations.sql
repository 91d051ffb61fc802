with raw_rows as (
    {{ latest_rows('cellxpert', 'RegistrationReportStream') }}
)

select
    {{ origin() }},
    {{ cellxpert_player() }}
from raw_rows
