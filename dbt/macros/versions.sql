{# The files of the latest version of each day. A version is what one run published for a day of an
   operator account; the one that was extracted last wins. #}
{% macro latest_files(platform, stream) -%}
    select filename, operator_account, dt, run_id, row_count
    from (
        select *, dense_rank() over (
            partition by operator_account, dt order by version_at desc, run_id desc
        ) as age
        from (
            select *, max(extracted_at) over (
                partition by operator_account, dt, run_id
            ) as version_at
            from {{ source('raw', platform ~ '_files') }}
            where stream_name = '{{ stream }}'
        ) as files
    ) as versions
    where age = 1
{%- endmacro %}

{# The first day that has to be made anew, as a literal, because only a literal keeps the warehouse
   from opening the files of all days: the last days as they are, or the oldest day of which the
   model does not have the latest version. None on the first build. #}
{% macro first_day(platform, stream) -%}
    {%- if not (execute and is_incremental()) -%}{{ return(none) }}{%- endif -%}
    {%- set query -%}
        select cast(min(dt) as varchar) from ({{ latest_files(platform, stream) }}) as latest
        where filename not in (select source_file from {{ this }})
           or dt >= (
               select cast({{ dbt.dateadd('day', -var('lookback_days'), 'max(dt)') }} as date)
               from {{ this }}
           )
    {%- endset -%}
    {{ return(run_query(query).columns[0].values()[0]) }}
{%- endmacro %}

{# The raw rows that a silver model is made of. #}
{% macro latest_rows(platform, stream) -%}
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
