{# The figures that all reports of Mexos share, whatever they are grouped by. #}
{% macro mexos_figures() -%}
    {{ count_of('Impressions') }} as impressions,
    {{ count_of('Unique Clicks') }} as unique_clicks,
    {{ count_of('Casino Signups Cnt') }} as registrations,
    {{ count_of('Casino RFD Cnt') }} as first_deposits,
    {{ amount('Casino RFD Amt') }} as first_deposit_amount,
    {{ count_of('Total Deposit Cnt') }} as deposits,
    {{ amount('Total Deposit Amt') }} as deposit_amount,
    {{ count_of('Withdrawal Cnt') }} as withdrawals,
    {{ amount('Withdrawal Amt') }} as withdrawal_amount,
    {{ amount('Total Bonuses Eur') }} as bonus_amount,
    {{ amount('Wins') }} as win_amount,
    {{ amount('Net Gaming After Deduction') }} as net_gaming_revenue,
    {{ amount('Casino Net Gaming Commission') }} as revenue_share_commission,
    {{ amount('Commission') }} as commission
{%- endmacro %}
