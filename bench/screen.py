"""What the web client asks of the server for a form: the same calls, without the network."""

from lxml import etree

Spec = dict[str, dict]


class Screen:
    """The form of a model, as its user's browser reads and writes it."""

    def __init__(self, model):
        arch = etree.fromstring(model.get_view(view_type="form")["arch"])
        self.spec = _spec(model, arch)

    def read(self, record) -> dict:
        """Open a record."""
        return record.web_read(self.spec)[0]

    def type(self, record, lines: str, line, field: str, value) -> None:
        """Type into one cell of a list of the form: the totals follow, then save."""
        commands = {lines: [[1, line.id, {field: value}]]}
        record.onchange(commands, [lines], self.spec)
        record.web_save(commands, self.spec)


def _spec(model, arch) -> Spec:
    """The fields that a form or list shows, those of its inner lists within."""
    spec: Spec = {}
    for node in arch.iter("field"):
        name = node.get("name")
        if name not in model._fields or next(node.iterancestors("field"), None) is not None and node is not arch:
            continue
        field = model._fields[name]
        if field.type in ("one2many", "many2many"):
            inner = node.find("list")
            fields = {} if inner is None else _inner(model.env[field.comodel_name], inner)
            spec[name] = {"fields": fields}
        elif field.type == "many2one":
            spec[name] = {"fields": {"display_name": {}}}
        else:
            spec[name] = {}
    return spec


def _inner(model, arch) -> Spec:
    return _spec(model, etree.fromstring(etree.tostring(arch)))
