{# A field of a JSON text, by the names on the way to it, as `type`. Missing fields, null and the
   empty text are null: platforms write "no value" in all three ways. A value that is no `type`
   fails the build. #}
{% macro json_get(column, path, type) -%}
    cast(nullif({{ adapter.dispatch('json_text', 'spike')(column, path) }}, '') as {{ type }})
{%- endmacro %}

{% macro duckdb__json_text(column, path) -%}
    json_extract_string({{ column }}, '$."{{ path | join('"."') }}"')
{%- endmacro %}

{% macro snowflake__json_text(column, path) -%}
    parse_json({{ column }}):"{{ path | join('"."') }}"::varchar
{%- endmacro %}

{# A column of the platform's row, which lies under "data" in raw_data. #}
{% macro field(name, type) -%}
    {{ json_get('raw_data', ['data', name], type) }}
{%- endmacro %}

{% macro amount(name) -%}
    {{ field(name, 'decimal(18, 4)') }}
{%- endmacro %}

{% macro count_of(name) -%}
    {{ field(name, 'bigint') }}
{%- endmacro %}

{# 1/29/2026 7:19:24 AM, or the date alone. #}
{% macro american_time(name) -%}
    {{ adapter.dispatch('american_time', 'spike')(field(name, 'varchar')) }}
{%- endmacro %}

{% macro duckdb__american_time(text) -%}
    strptime({{ text }}, ['%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y'])
{%- endmacro %}

{% macro snowflake__american_time(text) -%}
    coalesce(try_to_timestamp_ntz({{ text }}, 'MM/DD/YYYY HH12:MI:SS AM'),
             to_timestamp_ntz({{ text }}, 'MM/DD/YYYY'))
{%- endmacro %}
