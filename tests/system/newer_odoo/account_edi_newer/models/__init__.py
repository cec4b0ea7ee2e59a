from . import account_edi_cii, l10n_fr_pdp
