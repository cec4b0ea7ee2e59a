import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { normalize } from "@web/core/l10n/utils";
import { formatFloat } from "@web/views/fields/formatters";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

import { Component, onWillUnmount, useRef, useState } from "@odoo/owl";

import { readNumber, readPaste } from "./grid_text";
import { COLUMNS, remaining, StatementGridRow } from "./statement_grid_row";

/** How long typing must pause, in milliseconds, before the server reckons the totals. */
const PAUSE = 300;
const SUMS = ["contract_amount", "previous", "cumulative", "amount", "remaining"];
/** Share of the contract that the button adds, in percent. */
const STEP = 10;

/**
 * The posts of a draft statement as a spreadsheet: progress in percent, quantity or amount, typed, pasted or added to.
 *
 * What is typed goes to the record after a pause, all posts at once; the server answers with the amounts, the totals
 * and the warnings. A statement that is no longer a draft shows the ordinary list of its view.
 */
export class StatementGrid extends Component {
    static template = "chorus_visiobat.StatementGrid";
    static components = { StatementGridRow, X2ManyField };
    static props = X2ManyField.props;

    setup() {
        this.grid = this; // as the rows know it
        this.table = useRef("table");
        this.state = useState({ filter: "all", text: "", shown: null, selected: {}, problems: [] });
        this.pending = new Map();
        this.flushing = null;
        const { bus } = this.props.record.model;
        useBus(bus, "NEED_LOCAL_CHANGES", (ev) => ev.detail.proms.push(this.flush()));
        useBus(bus, "WILL_SAVE_URGENTLY", () => this.list._applyCommands(this.takePending()));
        onWillUnmount(() => this.flush()); // another page of the form is shown: what was just typed counts
    }

    get list() {
        return this.props.record.data[this.props.name];
    }

    get isGrid() {
        return this.props.record.data.state === "draft";
    }

    get filters() {
        return [
            { name: "all", label: _t("All posts"), tooltip: _t("Every post of the contract.") },
            { name: "moving", label: _t("Moving"), tooltip: _t("Posts whose amount moves this month.") },
            { name: "remaining", label: _t("Remaining"), tooltip: _t("Posts that are not finished.") },
            { name: "warned", label: _t("To correct"), tooltip: _t("Posts that cannot be invoiced as they stand.") },
        ];
    }

    get warned() {
        return this.list.records.filter((record) => record.data.warning).length;
    }

    get selection() {
        return this.list.records.filter((record) => this.state.selected[record.resId]);
    }

    /** The posts shown. Chosen when the filter is, so that none vanishes under the fingers as it is typed. */
    get shown() {
        return this.groups.flatMap((group) => group.records);
    }

    /** The posts shown by lot, each lot with its sums and with the amendments that add to it, as the page prints them. */
    get groups() {
        const { shown } = this.state;
        const lots = new Map();
        for (const record of this.list.records) {
            const lot = record.data.lot || "";
            if (!lots.has(lot)) {
                lots.set(lot, { key: lot, lot, records: [] });
            }
            if (!shown || shown.has(record.resId)) {
                lots.get(lot).records.push(record);
            }
        }
        return [...lots.values()].filter((group) => group.records.length);
    }

    sums(records) {
        const amount = (data, field) => (field === "remaining" ? remaining(data) : data[field]);
        return SUMS.map((field) => {
            const sum = records.reduce((total, { data }) => total + Math.round(amount(data, field) * 100), 0);
            return { field, text: formatFloat(sum / 100, { digits: [16, 2] }) };
        });
    }

    // --- which posts ---

    filter(filter, text = this.state.text) {
        const kept = {
            all: () => true,
            moving: ({ amount }) => amount,
            remaining,
            warned: ({ warning }) => warning,
        }[filter];
        const wanted = normalize(text.trim());
        const name = (data) => normalize(`${data.contract_line_id.display_name} ${data.lot || ""}`);
        const matching = this.list.records.filter(({ data }) => kept(data) && name(data).includes(wanted));
        const shown = filter === "all" && !wanted ? null : new Set(matching.map((record) => record.resId));
        Object.assign(this.state, { filter, text, shown });
    }

    onSearch(ev) {
        this.filter(this.state.filter, ev.target.value);
    }

    select(records, selected) {
        for (const record of records) {
            this.state.selected[record.resId] = selected;
        }
    }

    // --- what is typed ---

    /** Take what a box holds; a text that is no number waits there, marked. */
    typed(record, input) {
        const text = input.value.trim();
        const number = text ? readNumber(text) : null;
        const invalid = Boolean(text) && !number;
        input.classList.toggle("is-invalid", invalid);
        input.title = invalid ? _t("“%s” is not a number.", text) : "";
        const { field = input.dataset.column } = COLUMNS[input.dataset.column];
        if (invalid) {
            record.setInvalidField(field);
        } else if (record.isFieldInvalid(field)) {
            record.resetFieldValidity(field);
        }
        this.props.record.model.bus.trigger("FIELD_IS_DIRTY", true);
        if (number) {
            this.enter(record, this.changes(input.dataset.column, number));
        } else {
            this.withdraw(record, ["mode", field]);
        }
    }

    withdraw(record, fields) {
        const changes = this.pending.get(record.resId) || {};
        fields.forEach((field) => delete changes[field]);
        if (!Object.keys(changes).length) {
            this.pending.delete(record.resId);
        }
    }

    forget(record, input) {
        input.value = "";
        this.typed(record, input);
        delete input.dataset.typed;
    }

    changes(column, { value, percent }) {
        const { mode, field = column } = COLUMNS[percent ? "input_percent" : column];
        return { mode, [percent ? "input_percent" : field]: value };
    }

    enter(record, changes) {
        this.pending.set(record.resId, { ...this.pending.get(record.resId), ...changes });
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.flush(), PAUSE);
    }

    takePending() {
        clearTimeout(this.timer);
        const commands = [...this.pending].map(([id, changes]) => [1, id, changes]);
        this.pending.clear();
        return commands;
    }

    /** Give what was typed to the record; resolved once the server has answered for all of it. */
    flush() {
        this.flushing ??= this.drain().finally(() => (this.flushing = null));
        return this.flushing;
    }

    /** One question at a time: what is typed while the server reckons goes all together into the next one. */
    async drain() {
        while (this.pending.size) {
            await this.list.applyCommands(this.takePending());
        }
    }

    // --- several posts at once ---

    onPaste(ev) {
        const { column, id } = ev.target.dataset;
        const text = ev.clipboardData?.getData("text/plain") || "";
        if (!column || !/[\n\t]/.test(text.trim())) {
            return;
        }
        ev.preventDefault();
        const posts = (records) => records.map((record) => ({ record, code: record.data.code || "" }));
        const first = this.shown.findIndex((record) => record.resId === Number(id));
        const { entries, problems } = readPaste(text, posts(this.shown.slice(first)), posts(this.list.records));
        for (const [{ record }, number] of entries) {
            if (column === "input_quantity" && !number.percent && !record.data.by_quantity) {
                problems.push(
                    _t("%s is not measured in quantity: paste percentages or amounts.", record.data.contract_line_id.display_name)
                );
            }
        }
        this.state.problems = problems;
        if (!problems.length) {
            for (const [{ record }, number] of entries) {
                this.enter(record, this.changes(column, number));
            }
            this.flush();
        }
    }

    /** Add a tenth of the contract to the posts selected, else to all those shown; none goes above its contract. */
    async addStep() {
        await this.flush();
        const chosen = this.selection.length ? this.selection : this.shown;
        for (const record of chosen) {
            const data = record.data;
            const [field, ceiling] = {
                percent: ["input_percent", 100],
                quantity: ["input_quantity", data.contract_quantity],
                amount: ["input_amount", data.contract_amount],
            }[data.mode];
            const sign = ceiling < 0 ? -1 : 1;
            if (data.kind !== "materials" && (ceiling - data[field]) * sign > 0) {
                const reached = data[field] + (ceiling * STEP) / 100;
                const value = sign * Math.min(sign * reached, sign * ceiling);
                this.enter(record, { [field]: Number(value.toFixed(4)) });
            }
        }
        return this.flush();
    }

    // --- keyboard ---

    /** Arrows and Enter move as in a spreadsheet; Tab goes from box to box as everywhere. */
    onKeydown(ev) {
        const { target, key } = ev;
        const step = { ArrowDown: 1, Enter: ev.shiftKey ? -1 : 1, ArrowUp: -1 }[key];
        if (step) {
            ev.preventDefault();
            ev.stopPropagation();
            this.focus(this.boxes(`input[data-column=${target.dataset.column}]`), target, step);
        } else if (key === "ArrowLeft" || key === "ArrowRight") {
            const side = key === "ArrowRight" ? 1 : -1;
            const { selectionStart, selectionEnd, value } = target;
            const whole = selectionStart === 0 && selectionEnd === value.length;
            const edge = selectionStart === selectionEnd && selectionEnd === (side > 0 ? value.length : 0);
            if (whole || edge) {
                ev.preventDefault();
                this.focus(this.boxes("input[data-column]"), target, side);
            }
        }
    }

    boxes(selector) {
        return [...this.table.el.querySelectorAll(selector)];
    }

    focus(boxes, from, step) {
        boxes[boxes.indexOf(from) + step]?.focus();
    }

    onFocusin(ev) {
        if (ev.target.dataset.column) {
            ev.target.select();
        }
    }
}

registry.category("fields").add("works_statement_grid", {
    ...x2ManyField,
    component: StatementGrid,
    displayName: _t("Grid of posts"),
    supportedTypes: ["one2many"],
});
