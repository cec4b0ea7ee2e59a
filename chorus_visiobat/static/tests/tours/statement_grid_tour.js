import { registry } from "@web/core/registry";

const box = (post, column = "input_percent") =>
    `tr.o_data_row:contains(${post}) td[name=${column}] input[data-column]`;
const focused = (post, column) => `${box(post, column)}:focus`;
const total = (amount) => `tfoot td[name=sum_amount]:contains(${amount})`;

/** What a spreadsheet puts in the clipboard, pasted where the cursor is. */
function paste(text) {
    return ({ anchor }) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", text);
        anchor.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    };
}

/** G1, second month (works-billing.md §2.14), from the progress of the first: 30 %, 10 %, 0 %. */
registry.category("web_tour.tours").add("chorus_statement_grid", {
    steps: () => [
        { content: "The first post", trigger: box("L1"), run: "click" },
        { content: "Typed in percent", trigger: box("L1"), run: "edit 100" },
        { content: "Enter goes down", trigger: box("L1"), run: "press Enter" },
        { content: "On the second post", trigger: focused("L2"), run: "edit 130" },
        {
            content: "Above the contract: told under the post, while typing",
            trigger: "tr.o_works_under:contains(dépasse le marché)",
        },
        { content: "Corrected", trigger: box("L2"), run: "edit 45" },
        // 40 000 + 24 750 of cumulative, less 12 000 + 5 500
        { content: "The totals follow", trigger: total("47 250,00") },
        // 56 700 incl. tax, less 5 % of it: down to the net, as France writes it
        { content: "Down to the net", trigger: ".o_field_widget[name=ladder]:contains(53 865,00)" },
        { content: "Nothing is wrong any more", trigger: "body:not(:has(.o_works_warning))" },
        { content: "An amount, whatever the post is measured by", trigger: box("L3", "cumulative"), run: "edit 1 234,56" },
        { content: "Leave it", trigger: box("L3", "cumulative"), run: "press ArrowUp" },
        { content: "It counts", trigger: total("48 484,56") },
        { content: "No number", trigger: box("L2"), run: "edit beaucoup" },
        { content: "Marked, and nothing changes", trigger: `${box("L2")}.is-invalid` },
        { content: "Given up", trigger: box("L2"), run: "press Escape" },
        { content: "Back to what it was", trigger: `${box("L2")}:not(.is-invalid):value(45)` },
        { content: "A column with a slip", trigger: box("L1"), run: paste("100\ncinquante\n") },
        { content: "Told with its line", trigger: ".o_works_grid .alert li:contains(2):contains(cinquante)" },
        { content: "A column as France writes it", trigger: box("L1"), run: paste("100 %\r\n45,00\r\n0\r\n") },
        { content: "Pasted: G1", trigger: total("47 250,00") },
        { content: "What remains", trigger: "button[name=filter_remaining]", run: "click" },
        { content: "A finished post is left out", trigger: ".o_works_grid:not(:has(tr.o_data_row:contains(L1)))" },
        { content: "A tenth more on them", trigger: "button[name=add_step]", run: "click" },
        // of the posts shown: L2 at 55 % less 5 500, L3 at 10 %
        { content: "Added", trigger: total("27 250,00") },
        { content: "All of them again", trigger: "button[name=filter_all]", run: "click" },
        { content: "With what L1 did", trigger: total("55 250,00") },
        { content: "Keep it", trigger: ".o_form_button_save", run: "click" },
        { content: "Kept", trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible" },
    ],
});
