import { _t } from "@web/core/l10n/translation";

const SPACES = /[\s\u00a0\u202f']/g;

/**
 * Read a number as it is typed or copied from a French spreadsheet: « 1 234,56 », « 45 % », « 1.234,56 € », « 12.5 ».
 *
 * @param {string} text
 * @returns {{value: number, percent: boolean} | null} null when it is no number
 */
export function readNumber(text) {
    let digits = text.replace(SPACES, "").replace(/\u2212/g, "-").replace(/€$/, "");
    const percent = digits.endsWith("%");
    digits = percent ? digits.slice(0, -1) : digits;
    const decimal = decimalMark(digits);
    for (const mark of [",", "."]) {
        digits = mark === decimal ? digits.replace(mark, "_") : digits.replaceAll(mark, "");
    }
    digits = digits.replace("_", ".");
    return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(digits) ? { value: Number(digits), percent } : null;
}

/** Of a comma and a dot, the last is the decimal mark; one that comes twice parts thousands. */
function decimalMark(digits) {
    const last = digits.lastIndexOf(",") > digits.lastIndexOf(".") ? "," : ".";
    return digits.split(last).length === 2 ? last : null;
}

/**
 * Read what a spreadsheet puts in the clipboard: one column of values, or two, code of the post and value.
 *
 * @param {string} text
 * @param {{code: string}[]} posts those in front of which the values are pasted, the first one in front of the first
 * @param {{code: string}[]} all those among which codes are looked up
 * @returns {{entries: [Object, {value: number, percent: boolean}][], problems: string[]}} what to enter, by post; an
 *  empty line leaves its post as it is. With problems, each with the number of its line, nothing is to be entered.
 */
export function readPaste(text, posts, all) {
    const lines = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n");
    const rows = lines.map((line) => line.split("\t").map((cell) => cell.trim()));
    const byCode = rows.some((cells) => cells.filter(Boolean).length > 1);
    const codes = new Map(all.map((post) => [post.code, post]));
    const entries = [];
    const problems = [];
    const say = (index, problem) => problems.push(_t("Line %(number)s: %(problem)s", { number: index + 1, problem }));
    rows.forEach((cells, index) => {
        const filled = cells.filter(Boolean);
        if (!filled.length) {
            return;
        }
        const written = filled.at(-1);
        const post = byCode ? codes.get(cells[0]) : posts[index];
        const number = readNumber(written);
        if (byCode && filled.length < 2) {
            say(index, _t("a code and a value are expected."));
        } else if (!post && byCode) {
            say(index, _t("no post has the code “%s”.", cells[0]));
        } else if (!post) {
            say(index, _t("there is no post in front of it, the grid ends before."));
        } else if (!number) {
            say(index, _t("“%s” is not a number.", written));
        } else {
            entries.push([post, number]);
        }
    });
    return { entries, problems };
}
