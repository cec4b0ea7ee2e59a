from . import sale_order, works_contract
