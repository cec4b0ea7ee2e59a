from . import works_sale_import
