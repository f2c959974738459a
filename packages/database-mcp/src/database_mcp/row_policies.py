"""Row policies by caller: a transaction-local setting with the caller's name, which the policies compare."""

from mcp_chassis.failures import PermissionDenied

from database_mcp.client.protocols import Connection

_CHECK_SQL = """
SELECT r.rolsuper OR r.rolbypassrls AS bypasses,
       EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity
               AND pg_catalog.row_security_active(c.oid)) AS has_policies
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
"""
_SET_SQL = "SELECT pg_catalog.set_config($1::text, $2::text, true)"


class RowPolicies:
    """Sets the caller in transactions of one database, after a check that row policies apply to the role."""

    def __init__(self) -> None:
        self._hold = False

    async def apply(self, connection: Connection, setting: str, principal: str) -> None:
        """Set the caller for this transaction.

        Raises:
            PermissionDenied: the role bypasses row policies, or no table has a policy for it.
        """
        if not self._hold:
            row = (await connection.fetch(_CHECK_SQL))[0]
            if row["bypasses"]:
                raise _refused("the server's role bypasses row policies")
            if not row["has_policies"]:
                raise _refused("no table has row policies for the server's role")
            self._hold = True
        await connection.fetch(_SET_SQL, setting, principal)


def _refused(reason: str) -> PermissionDenied:
    return PermissionDenied(
        f"DATABASE_CALLER_SETTING is set, but {reason}, so nothing is read.",
        remedy="Ask the person who runs this server to ENABLE ROW LEVEL SECURITY and CREATE POLICY for its role.",
    )
