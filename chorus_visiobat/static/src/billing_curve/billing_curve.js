import { loadBundle } from "@web/core/assets";
import { getCustomColor } from "@web/core/colors/colors";
import { cookie } from "@web/core/browser/cookie";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";

// Requested is a dotted line, admitted a dashed one, paid a plain one: told apart without their colours.
const DASHES = { billed: [2, 3], admitted: [7, 4], paid: [] };
const COLORS = { billed: "#6b7fa8", admitted: "#d08a2c", paid: "#2a9060" };

/** Cumulative amounts of a contract, one line an event, one point a month. */
export class BillingCurve extends Component {
    static template = "chorus_visiobat.BillingCurve";
    static props = { ...standardFieldProps };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (curve) => {
                if (!curve) {
                    return;
                }
                const chart = new Chart(this.canvas.el, this.config(curve));
                return () => chart.destroy();
            },
            () => [this.curve]
        );
    }

    get curve() {
        return this.props.record.data[this.props.name];
    }

    config({ labels, series }) {
        const scheme = cookie.get("color_scheme");
        const text = getCustomColor(scheme, "#495057", "#E4E4E4");
        const grid = getCustomColor(scheme, "#e7e9ed", "#3C3E4B");
        return {
            type: "line",
            data: {
                labels,
                datasets: series.map(({ event, label, values }) => ({
                    label,
                    data: values,
                    borderColor: COLORS[event],
                    backgroundColor: COLORS[event],
                    borderDash: DASHES[event],
                    borderWidth: 2,
                    pointRadius: 2,
                    pointHitRadius: 8,
                })),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                plugins: {
                    legend: { position: "top", align: "end", labels: { color: text, boxHeight: 1 } },
                    tooltip: {
                        callbacks: { label: ({ dataset, raw }) => `${dataset.label} : ${formatFloat(raw)} €` },
                    },
                },
                scales: {
                    x: { grid: { display: false }, ticks: { color: text } },
                    y: {
                        beginAtZero: true,
                        grid: { color: grid },
                        ticks: { color: text, maxTicksLimit: 5, callback: (value) => `${formatFloat(value, { digits: [16, 0] })} €` },
                    },
                },
            },
        };
    }
}

registry.category("fields").add("works_billing_curve", {
    component: BillingCurve,
    supportedTypes: ["json", "jsonb"],
});
