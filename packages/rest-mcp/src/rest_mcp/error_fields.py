"""Default fields in which APIs put error messages."""

ERROR_FIELDS = (
    *("title", "detail", "message", "Message", "msg", "reason", "error", "error_description", "error_message"),
    *("errorMessage", "errorMessages", "error.message", "error.description", "detail.msg", "non_field_errors"),
    *("errors", "errors.title", "errors.detail", "errors.message", "errors.msg"),
)
