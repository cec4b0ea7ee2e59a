import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, markup, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";

/** How each total is computed: asked from the server when the tab is opened, never before. */
export class StatementExplanation extends Component {
    static template = "chorus_visiobat.StatementExplanation";
    static props = standardWidgetProps;

    setup() {
        this.orm = useService("orm");
        this.state = useState({ html: "" });
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps(({ record }) => record.resId !== this.loaded && this.load(record));
    }

    async load(record) {
        // What is explained is what is kept: a figure being typed is kept first.
        if ((await record.isDirty()) && !(await record.save())) {
            return;
        }
        this.loaded = record.resId;
        const specification = { explanation: {} };
        const [values] = await this.orm.webRead(record.resModel, [record.resId], { specification });
        this.state.html = markup(values.explanation || "");
    }
}

registry.category("view_widgets").add("works_statement_explanation", { component: StatementExplanation });
