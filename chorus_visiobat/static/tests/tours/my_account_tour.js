import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("chorus_my_account", {
    steps: () => [
        { content: "Open the user menu", trigger: ".o_user_menu button", run: "click" },
        {
            content: "Open My account",
            trigger: ".dropdown-item[data-menu=chorus_my_account]",
            run: "click",
        },
        {
            content: "The button leads to the subscription, after the identity check",
            trigger: "button[name=action_chorus_subscription]",
            run: "click",
        },
        { content: "Identity", trigger: ".modal div[name=password] input", run: "edit chorus_admin" },
        { content: "Prove it", trigger: ".modal button[name=run_check]", run: "click" },
        { content: "The page opens in edit mode", trigger: "div[name=login] input" },
        {
            content: "It says that nothing is real yet",
            trigger: ".o_form_view .o_chorus_qualification",
        },
        { content: "Type a wrong SIRET", trigger: "div[name=siret] input", run: "edit 123" },
        { content: "Save", trigger: "button[name=action_save]", run: "click" },
        { content: "All problems at once", trigger: ".modal .modal-body:contains(SIRET)" },
        { content: "Close", trigger: ".modal footer button", run: "click" },
    ],
});
