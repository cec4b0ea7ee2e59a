import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { HealthChart } from "./health_chart";

import { Component, onWillStart, useState } from "@odoo/owl";

const TONES = { ok: "success", warn: "warning", problem: "danger" };
const ICONS = { ok: "fa-check-circle", warn: "fa-exclamation-triangle", problem: "fa-times-circle" };

/** State of the link with Chorus Pro: what is wrong with its cure, then the lanes and the calls. */
export class HealthPage extends Component {
    static template = "chorus_visiobat.HealthPage";
    static components = { ControlPanel, HealthChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ page: null });
        this.tones = TONES;
        this.icons = ICONS;
        onWillStart(() => this.load());
    }

    async load() {
        this.state.page = await this.orm.call("chorus.health", "read_page", []);
    }

    get troubles() {
        return this.state.page.findings.filter((finding) => finding.level !== "ok");
    }

    get fine() {
        return this.state.page.findings.filter((finding) => finding.level === "ok");
    }

    async cure(finding) {
        await this.action.doAction(finding.action, { onClose: () => this.load() });
        if (finding.action.type === "ir.actions.server") {
            await this.load();
        }
    }

    async makeKey() {
        const action = await this.orm.call("chorus.health", "action_monitor_key", [[]]);
        await this.action.doAction(action);
    }

    openCalls() {
        return this.action.doAction("chorus_visiobat.chorus_call_action");
    }
}

registry.category("actions").add("chorus_health", HealthPage);
