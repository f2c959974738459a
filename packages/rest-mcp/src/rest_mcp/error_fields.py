"""The fields of an answer in which APIs are known to say what is wrong."""

ERROR_FIELDS = (
    *("title", "detail", "message", "Message", "msg", "reason", "error", "error_description", "error_message"),
    *("errorMessage", "errorMessages", "error.message", "error.description", "detail.msg", "non_field_errors"),
    *("errors", "errors.title", "errors.detail", "errors.message", "errors.msg"),
)
