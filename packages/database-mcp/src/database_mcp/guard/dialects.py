"""Functions of other databases, with the equivalent expression in PostgreSQL."""

from collections.abc import Mapping

_DIFFERENCE = "Subtract: two dates give days, two timestamps an interval; EXTRACT(epoch FROM a - b) gives seconds."
_SHIFT = "Add an interval: x + interval '7 days'."
_TEXT_FORM = "Write to_char(x, 'YYYY-MM-DD')."
_FIELD = "Write EXTRACT(field FROM x), with a field such as year, quarter, month, day, week or hour."
_FALLBACK = "Write coalesce(x, y)."
_LIST = "Write string_agg(x::text, ', ' ORDER BY x)."
_CONDITION = "Write CASE WHEN condition THEN x ELSE y END."
_CAST = "Write CAST(x AS type), or x::type."
_NOW = "Write now(), or current_date."
_POSITION = "Write strpos(text, part)."
_PERCENTILE = "Write percentile_cont(0.5) WITHIN GROUP (ORDER BY x)."

POSTGRESQL_FORM: Mapping[str, str] = {
    "add_months": _SHIFT, "date_add": _SHIFT, "date_sub": _SHIFT, "dateadd": _SHIFT, "timestampadd": _SHIFT,
    "date_diff": _DIFFERENCE, "datediff": _DIFFERENCE, "months_between": _DIFFERENCE, "timestampdiff": _DIFFERENCE,
    "date_format": _TEXT_FORM, "format_date": _TEXT_FORM, "formatdatetime": _TEXT_FORM, "strftime": _TEXT_FORM,
    "datepart": _FIELD, "day": _FIELD, "dayofweek": _FIELD, "hour": _FIELD, "julianday": _DIFFERENCE, "month": _FIELD,
    "quarter": _FIELD, "week": _FIELD, "weekday": _FIELD, "weekofyear": _FIELD, "year": _FIELD, "yearweek": _FIELD,
    "ifnull": _FALLBACK, "isnull": _FALLBACK, "nvl": _FALLBACK, "zeroifnull": _FALLBACK,
    "group_concat": _LIST, "listagg": _LIST, "wm_concat": _LIST,
    "if": _CONDITION, "iff": _CONDITION, "iif": _CONDITION,
    "convert": _CAST, "safe_cast": _CAST, "str": _CAST, "to_varchar": _CAST, "try_cast": _CAST, "tostring": _CAST,
    "getdate": _NOW, "getutcdate": _NOW, "curdate": _NOW, "sysdate": _NOW, "sysdatetime": _NOW, "today": _NOW,
    "charindex": _POSITION, "instr": _POSITION, "locate": _POSITION,
    "approx_percentile": _PERCENTILE, "median": _PERCENTILE, "percentile": _PERCENTILE, "quantile": _PERCENTILE,
    "approx_count_distinct": "Write count(DISTINCT x).", "approx_distinct": "Write count(DISTINCT x).",
    "argmax": "Write (array_agg(x ORDER BY y DESC))[1].", "argmin": "Write (array_agg(x ORDER BY y))[1].",
    "countif": "Write count(*) FILTER (WHERE condition).", "count_if": "Write count(*) FILTER (WHERE condition).",
    "sumif": "Write sum(x) FILTER (WHERE condition).", "sum_if": "Write sum(x) FILTER (WHERE condition).",
    "eomonth": "Write (date_trunc('month', x) + interval '1 month - 1 day')::date.",
    "last_day": "Write (date_trunc('month', x) + interval '1 month - 1 day')::date.",
    "from_unixtime": "Write to_timestamp(seconds).", "unix_timestamp": "Write EXTRACT(epoch FROM x).",
    "json_extract": "Write column ->> 'key', or column #>> '{a,b}'.",
    "json_value": "Write column ->> 'key', or column #>> '{a,b}'.",
    "len": "Write length(text).", "lcase": "Write lower(text).", "ucase": "Write upper(text).",
    "regexp_contains": "Write text ~ 'pattern'.", "rlike": "Write text ~ 'pattern'.",
    "safe_divide": "Write x / nullif(y, 0).", "div0": "Write x / nullif(y, 0).",
    "str_to_date": "Write to_date(text, 'YYYY-MM-DD'), or to_timestamp.",
    "substring_index": "Write split_part(text, separator, n).",
    "stdev": "Write stddev_samp(x).", "var": "Write var_samp(x).",
}  # fmt: skip
"""Remedy by name of the function in lower case."""
