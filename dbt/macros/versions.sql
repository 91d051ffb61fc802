{# The files of the latest version of each day, of one stream or of all. A version is what one run
   published for a day of an operator account; the one that was extracted last wins. A version
   without rows has one file, whose row_count is 0. #}
{% macro latest_files(platform, stream=none) -%}
    select filename, operator_account, dt, run_id, row_count
    from (
        select *, dense_rank() over (
            partition by operator_account, stream_name, dt order by version_at desc, run_id desc
        ) as age
        from (
            select *, max(extracted_at) over (
                partition by operator_account, stream_name, dt, run_id
            ) as version_at
            from {{ source('raw', platform ~ '_files') }}
            {%- if stream %}
            where stream_name = '{{ stream }}'
            {%- endif %}
        ) as files
    ) as versions
    where age = 1
{%- endmacro %}

{# The first day that has to be made anew, as a literal, because only a literal keeps the warehouse
   from opening the files of all days: the last days as they are, or the oldest day of which the
   model does not have the latest version. None on the first build. A version without rows leaves
   no trace in the model: it is never missing, drop_outdated does what it asks for. #}
{% macro first_day(platform, stream) -%}
    {%- if not (execute and is_incremental()) -%}{{ return(none) }}{%- endif -%}
    {%- set query -%}
        select cast(min(dt) as varchar) from ({{ latest_files(platform, stream) }}) as latest
        where (row_count > 0 and filename not in (select source_file from {{ this }}))
           or dt >= (
               select cast({{ dbt.dateadd('day', -var('lookback_days'), 'max(dt)') }} as date)
               from {{ this }}
           )
    {%- endset -%}
    {{ return(run_query(query).columns[0].values()[0]) }}
{%- endmacro %}

{# Takes rows of a version that is not the latest any more out of a silver model, after its build: a
   version with rows has replaced them then, one without rows has not. #}
{% macro drop_outdated(platform, stream) -%}
    delete from {{ this }}
    where source_file not in (
        select filename from ({{ latest_files(platform, stream) }}) as latest
    )
{%- endmacro %}

{# The raw rows that a silver model is made of. #}
{% macro latest_rows(platform, stream) -%}
    {{- config(
        post_hook="{{ drop_outdated('" ~ platform ~ "', '" ~ stream ~ "') }}"
    ) -}}
    {%- set first = first_day(platform, stream) -%}
    select raw.*, latest.run_id
    from {{ source('raw', platform) }} as raw
    inner join ({{ latest_files(platform, stream) }}) as latest
        on latest.filename = raw.metadata$filename
    where raw.stream_name = '{{ stream }}'
    {%- if first %} and raw.dt >= cast('{{ first }}' as date){% endif %}
{%- endmacro %}

{# What every silver row says of itself. #}
{% macro origin() -%}
    operator_account,
    dt,
    airbyte_id,
    airbyte_date_time,
    run_id,
    metadata$filename as source_file
{%- endmacro %}
