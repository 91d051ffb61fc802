{# A player as the registration reports of Cellxpert show one. #}
{% macro cellxpert_player() -%}
    {{ field('User_ID', 'varchar') }} as player_id,
    {{ field('Registration_Date', 'timestamp') }} as registered_at,
    {{ field('Tracking_Code', 'varchar') }} as tracking_code,
    {{ field('afp', 'varchar') }} as click_id,
    {{ field('Status', 'varchar') }} as status,
    {{ field('Country', 'varchar') }} as country,
    {{ field('First_Deposit_Date', 'date') }} as first_deposit_date,
    {{ amount('First_Deposit') }} as first_deposit_amount,
    {{ amount('Deposits') }} as deposit_amount,
    {{ count_of('Deposit_Count') }} as deposits,
    {{ amount('Withdrawals') }} as withdrawal_amount,
    {{ amount('Net_Deposits') }} as net_deposit_amount,
    {{ amount('Volume') }} as bet_amount,
    {{ amount('PL') }} as gaming_revenue,
    {{ amount('Net_PL') }} as net_gaming_revenue,
    {{ amount('Commission') }} as commission
{%- endmacro %}
