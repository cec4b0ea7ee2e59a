import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** Entry "Mon compte" of the user menu: opens the page that carries the button "Abonnement ChorusPRO". */
function myAccountItem(env) {
    return {
        type: "item",
        id: "chorus_my_account",
        description: _t("My account"),
        callback: async () => {
            env.services.action.doAction(
                await env.services.orm.call("res.users", "action_chorus_my_account")
            );
        },
        sequence: 45,
    };
}

registry.category("user_menuitems").add("chorus_my_account", myAccountItem);
