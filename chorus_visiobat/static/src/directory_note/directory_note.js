import { registry } from "@web/core/registry";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { useEffect } from "@odoo/owl";

const SECONDS = 4;
const TRIES = 30;

/**
 * What the directory of Chorus Pro says of a contact. Saving a SIRET only asks the question: while it waits for its
 * answer, the form reads itself again every few seconds, unless somebody is typing in it.
 */
export class DirectoryNote extends CharField {
    setup() {
        super.setup();
        useEffect(
            (waiting, resId) => {
                if (!waiting || !resId) {
                    return;
                }
                let tries = 0;
                const timer = setInterval(async () => {
                    tries += 1;
                    if (tries > TRIES) {
                        clearInterval(timer);
                    } else if (!(await this.props.record.isDirty())) {
                        await this.props.record.load();
                    }
                }, SECONDS * 1000);
                return () => clearInterval(timer);
            },
            () => [this.props.record.data.chorus_directory_waiting, this.props.record.resId]
        );
    }
}

registry.category("fields").add("chorus_directory_note", {
    ...charField,
    component: DirectoryNote,
    fieldDependencies: [{ name: "chorus_directory_waiting", type: "boolean" }],
});
