import { _t } from "@web/core/l10n/translation";
import { FileInput } from "@web/core/file_input/file_input";
import { registry } from "@web/core/registry";
import { useX2ManyCrud } from "@web/views/fields/relational_utils";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

/** Files to send: the list of what they are, and a button that uploads more. */
export class AttachedFiles extends X2ManyField {
    static template = "chorus_visiobat.AttachedFiles";
    static components = { ...X2ManyField.components, FileInput };

    setup() {
        super.setup();
        this.files = useX2ManyCrud(() => this.list, true);
    }

    get canAddFiles() {
        return !this.props.readonly && this.props.record.isInEdition;
    }

    async onFileUploaded(files) {
        const refused = files.filter((file) => file.error).map((file) => file.error);
        if (refused.length) {
            this.notificationService.add(refused.join("\n"), { title: _t("Uploading error"), type: "danger" });
        }
        await this.files.saveRecord(files.filter((file) => !file.error).map((file) => file.id));
    }
}

registry.category("fields").add("chorus_attached_files", {
    ...x2ManyField,
    component: AttachedFiles,
    displayName: _t("Files to send to Chorus Pro"),
    supportedTypes: ["many2many"],
});
