{
    "name": "Chorus Pro by jobs",
    "summary": "What wakes the crons of Chorus Pro queues a job for each account instead",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations/EDI",
    "author": "Chorus Visiobat contributors",
    "license": "LGPL-3",
    "depends": ["chorus_visiobat", "queue_job"],
    "data": ["data/queue_job_data.xml"],
    "auto_install": True,
}
