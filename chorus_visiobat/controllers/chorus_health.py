from odoo import fields, http
from odoo.http import content_disposition, request

from ..models.chorus_health_key import SCOPE

MANAGER = "chorus_visiobat.group_manager"


class ChorusHealth(http.Controller):
    """The state of the link for a monitor: one request, no session, nothing written."""

    @http.route(
        "/chorus_visiobat/health", type="http", auth="none", methods=["GET"], save_session=False, readonly=True
    )
    def health(self):
        """Answer HTTP 200 when papers leave, 503 when somebody is needed, 401 without a valid key."""
        user = self._owner_of_the_key()
        if not user:
            return self._answer({"status": "unauthorized"}, 401, [("WWW-Authenticate", 'Bearer realm="Chorus Pro"')])
        request.update_env(user=user.id)
        # In French, as a person reads what a monitor forwards.
        request.update_context(lang=request.env["chorus.account"]._users_lang())
        report = request.env["chorus.health"]._monitor_report()
        return self._answer(report, 503 if report["status"] == "problem" else 200)

    @http.route("/chorus_visiobat/support", type="http", auth="user", methods=["GET"], readonly=True)
    def support(self):
        """Answer the support file, to an administrator of Chorus Pro."""
        request.env["chorus.health"]._check_manager()
        name = f"chorus-visiobat-{fields.Date.today():%Y%m%d}.zip"
        return request.make_response(
            request.env["chorus.support"]._bundle(),
            [
                ("Content-Type", "application/zip"),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
            ],
        )

    def _owner_of_the_key(self):
        """The administrator of Chorus Pro whose key this is, None when it is nobody's any more."""
        scheme, _space, key = request.httprequest.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            return None
        user_id = request.env["res.users.apikeys"]._check_credentials(scope=SCOPE, key=key.strip())
        user = request.env["res.users"].sudo().browse(user_id)
        return user if user_id and user.has_group(MANAGER) else None

    def _answer(self, content, status, headers=()):
        return request.make_json_response(content, [("Cache-Control", "no-store"), *headers], status=status)
