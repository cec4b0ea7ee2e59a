import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { onWillStart } from "@odoo/owl";

const OUR_MODELS = /^(chorus|works)\./;

/** Lists, boards… of our models open with the red banner, as their forms do (chorus.environment.mixin). */
patch(ControlPanel.prototype, {
    setup() {
        super.setup(...arguments);
        this.chorusTrial = false;
        onWillStart(async () => {
            if (this.wantsChorusBanner) {
                this.chorusTrial = await this.readChorusTrial();
            }
        });
    },

    get wantsChorusBanner() {
        const { resModel, searchViewFields = {} } = this.env.searchModel || {};
        // A form opened alone, by a button, knows no field to search: those of the mixin are meant, the others are data.
        const drawnByServer =
            this.env.config.viewType === "form" &&
            (!Object.keys(searchViewFields).length || "chorus_is_qualification" in searchViewFields);
        return OUR_MODELS.test(resModel || "") && !drawnByServer;
    },

    /** The sentence to show, false when none of the selected companies is in qualification. */
    async readChorusTrial() {
        if (!(await user.hasGroup("chorus_visiobat.group_reader"))) {
            return false;
        }
        const ids = user.activeCompanies.map((company) => company.id);
        // Read each time: a confirmed subscription may have changed it since the page was loaded.
        // Not this.orm, which throws when the user has already left this screen.
        const companies = await this.env.services.orm.searchRead(
            "res.company",
            [
                ["id", "in", ids],
                ["chorus_environment", "=", "qualification"],
            ],
            ["name"]
        );
        return (
            companies.length > 0 &&
            _t(
                "Qualification environment (%s): a trial, without legal effect. Nothing reaches a real client.",
                companies.map((company) => company.name).join(", ")
            )
        );
    },
});
