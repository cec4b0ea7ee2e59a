from . import chorus_account, ir_cron
