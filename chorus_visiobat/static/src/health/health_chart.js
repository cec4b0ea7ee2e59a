import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getCustomColor } from "@web/core/colors/colors";

import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";

const COLORS = { answered: "#6b7fa8", refused: "#d08a2c", trouble: "#c0392b" };

/** Calls of the last days, one bar a day, what had no answer on top. */
export class HealthChart extends Component {
    static template = "chorus_visiobat.HealthChart";
    static props = { labels: Array, series: Array };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const chart = new Chart(this.canvas.el, this.config);
                return () => chart.destroy();
            },
            () => [this.props.labels, this.props.series]
        );
    }

    get config() {
        const scheme = cookie.get("color_scheme");
        const text = getCustomColor(scheme, "#495057", "#E4E4E4");
        const grid = getCustomColor(scheme, "#e7e9ed", "#3C3E4B");
        return {
            type: "bar",
            data: {
                labels: this.props.labels,
                datasets: this.props.series.map(({ kind, label, values }) => ({
                    label,
                    data: values,
                    backgroundColor: COLORS[kind],
                })),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                plugins: { legend: { position: "top", align: "end", labels: { color: text, boxHeight: 8, boxWidth: 12 } } },
                scales: {
                    x: { stacked: true, grid: { display: false }, ticks: { color: text, maxTicksLimit: 10 } },
                    y: {
                        stacked: true,
                        beginAtZero: true,
                        grid: { color: grid },
                        ticks: { color: text, maxTicksLimit: 5, precision: 0 },
                    },
                },
            },
        };
    }
}
