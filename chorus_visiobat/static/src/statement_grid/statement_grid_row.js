import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/views/fields/formatters";

import { Component, useEffect, useRef } from "@odoo/owl";

/** Where each column is kept, and in which mode of progress. */
export const COLUMNS = {
    input_percent: { mode: "percent", digits: [16, 4] },
    input_quantity: { mode: "quantity", digits: [16, 3] },
    cumulative: { mode: "amount", digits: [16, 2], field: "input_amount" },
};

/** What is left of the contract amount of a post, in EUR excluding tax. */
export function remaining({ contract_amount, cumulative }) {
    return Math.round((contract_amount - cumulative) * 100) / 100;
}

/** One post of the grid: its three ways of typing progress, its amounts, what is wrong with it. */
export class StatementGridRow extends Component {
    static template = "chorus_visiobat.StatementGridRow";
    static props = { record: Object, grid: Object, selected: Boolean, readonly: Boolean };

    setup() {
        this.root = useRef("root");
        // Boxes being typed in keep their text; the others follow the record, whatever the browser put in them.
        useEffect(() => {
            for (const input of this.root.el?.querySelectorAll("input[data-column]") || []) {
                const text = this.text(input.dataset.column);
                if (!input.dataset.typed && input.value !== text) {
                    input.value = text;
                }
            }
        });
    }

    get data() {
        return this.props.record.data;
    }

    /** What each figure is, where the columns have no heading: on a telephone. */
    get labels() {
        return {
            input_percent: _t("% done"),
            input_quantity: [_t("Quantity"), this.data.uom_name].filter(Boolean).join(" – "),
            cumulative: _t("Amount excl. tax"),
            previous: _t("Previous"),
            amount: _t("Month"),
        };
    }

    /** Whether the reason of a fall is to be asked for, or was given. */
    get wantsReason() {
        return Boolean(this.data.note) || (this.data.amount < 0 && this.data.contract_amount >= 0);
    }

    /** What a column shows: typed in its own mode, reckoned in the two others. */
    text(column) {
        const { mode, digits } = COLUMNS[column];
        const value = {
            input_percent: this.data.mode === "percent" ? this.data.input_percent : this.data.percent,
            input_quantity:
                this.data.mode === "quantity"
                    ? this.data.input_quantity
                    : (this.data.contract_quantity * this.data.percent) / 100,
            cumulative: this.data.cumulative,
        }[column];
        return formatFloat(value, { digits, trailingZeros: mode === "amount" });
    }

    /** Whether a column is the one in which this month was typed. */
    isOwn(column) {
        return COLUMNS[column].mode === this.data.mode;
    }

    isShown(column) {
        return column !== "input_quantity" || this.data.by_quantity || this.isOwn(column);
    }

    isTyped(column) {
        return !this.props.readonly && this.isShown(column);
    }

    amount(field) {
        const value = field === "remaining" ? remaining(this.data) : this.data[field];
        return value ? formatFloat(value, { digits: [16, 2] }) : "–";
    }

    onInput(ev) {
        ev.target.dataset.typed = "1";
        this.props.grid.typed(this.props.record, ev.target);
    }

    onBlur(ev) {
        const input = ev.target;
        if (input.dataset.typed && !input.classList.contains("is-invalid")) {
            delete input.dataset.typed;
            if (input.value.trim() === "") {
                input.value = this.text(input.dataset.column);
            }
        }
    }

    onKeydown(ev) {
        if (ev.key === "Escape" && ev.target.dataset.typed) {
            ev.stopPropagation();
            this.props.grid.forget(this.props.record, ev.target);
            ev.target.value = this.text(ev.target.dataset.column);
            return;
        }
        this.props.grid.onKeydown(ev);
    }

    onReason(ev) {
        this.props.grid.enter(this.props.record, { note: ev.target.value.trim() || false });
    }
}
