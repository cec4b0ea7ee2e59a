"""The criteria of a search on payment requests, as SQL: ten thousand of them are paged through by the database."""

from . import clock, payment_requests
from .endpoints import NO_RESULT, BusinessError, cut

# Keys of the API shared by the *rechercher* services → where the value stands.
_COLUMNS = {"numeroFluxDepot": "flow_number", "cadreFacturation": "framework", "idStructureValideur": "validator_id"}
_DATA = {"numeroMarche": "contract_number", "numeroBonCommande": "commitment_number", "modeDepot": "mode"}
_MOMENTS = {"periodeDateDepot": "deposited", "periodeDateHeureEtatCourant": "status_date"}
_AMOUNTS = {"montantHT": "ht", "montantTTC": "ttc", "montantApayer": "due", "montantAPayer": "due"}


def data(name):
    """SQL of a value that the table keeps in its ``data``."""
    return f"json_extract(data, '$.{name}')"


class Selection:
    """Conditions that all hold. Each method takes a criterion as received: None, empty or absent asks for nothing."""

    def __init__(self, condition="1", *parameters):
        self.conditions, self.parameters = [condition], list(parameters)

    def where(self, condition, *parameters):
        self.conditions.append(condition)
        self.parameters += parameters
        return self

    def same(self, expression, wanted):
        return self if wanted in (None, "") else self.where(f"{expression} = ?", wanted)

    def among(self, expression, wanted):
        """:param wanted: one value or a list"""
        values = wanted if isinstance(wanted, list) else [wanted] if wanted else []
        return self.where(f"{expression} IN ({', '.join('?' for _ in values)})", *values) if values else self

    def days(self, expression, criteria, prefix):
        """A date kept as ``YYYY-MM-DD`` between the two days ``…Du`` and ``…Au``, both included."""
        for suffix, comparison in (("Du", ">="), ("Au", "<=")):
            if criteria.get(prefix + suffix):
                self.where(f"{expression} {comparison} ?", criteria[prefix + suffix][:10])
        return self

    def usual(self, criteria):
        """The criteria common to invoices and works documents.

        :param dict criteria: the request body, with the API's own keys
        """
        for key, column in _COLUMNS.items():
            self.same(column, criteria.get(key))
        for key, name in _DATA.items():
            self.same(data(name), criteria.get(key))
        for prefix, column in _MOMENTS.items():
            for suffix, comparison in (("Du", ">="), ("Au", "<=")):
                if criteria.get(prefix + suffix):
                    moment = clock.parse(criteria[prefix + suffix], end_of_day=suffix == "Au")
                    self.where(f"{column} {comparison} ?", moment)
        for prefix, name in _AMOUNTS.items():
            for suffix, comparison in (("Min", ">="), ("Max", "<=")):
                if criteria.get(prefix + suffix) is not None:
                    amount = f"CAST({data(f'amounts.{name}')} AS REAL)"
                    self.where(f"{amount} {comparison} ?", float(criteria[prefix + suffix]))
        return self

    def page(self, db, paging, empty=NO_RESULT):
        """One page of the requests selected, newest first.

        :return: ``(payment requests, parametresRetour)``
        :raises BusinessError: ``empty`` when there is nothing at all
        """
        condition = " AND ".join(f"({one})" for one in self.conditions)
        total = db.execute(f"SELECT COUNT(*) FROM payment_request WHERE {condition}", self.parameters).fetchone()[0]
        if not total:
            raise BusinessError(*empty)
        size, start, counts = cut(total, paging)
        query = f"SELECT * FROM payment_request WHERE {condition} ORDER BY id DESC LIMIT ? OFFSET ?"
        rows = db.execute(query, [*self.parameters, size, start])
        return [payment_requests.from_row(row) for row in rows], counts
