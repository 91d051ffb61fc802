{# Each file of the latest version of a day has its published number of rows in the model, and the
   model has rows of no other file: nothing lost, nothing doubled, nothing outdated. #}
{% test complete(model, platform, stream) %}
with latest as ({{ latest_files(platform, stream) }}),

held as (
    select source_file, count(*) as held_rows from {{ model }} group by source_file
)

select latest.filename, held.source_file, latest.row_count, held.held_rows
from latest
full outer join held on latest.filename = held.source_file
where coalesce(latest.row_count, 0) <> coalesce(held.held_rows, 0)
{% endtest %}
