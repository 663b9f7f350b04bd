# Yours: project, hosting_site (a name that nobody has), github, and for the budget alert
# billing_account = "000000-000000-000000".
project      = "conea-dev"
region       = "europe-west1"
hosting_site = "conea-dev"
log_level    = "debug"
protected    = false

blobs                = { days = 30, noncurrent_days = 1 }
budget               = { amount = 20 }
database_backup_days = 1
github               = { repository = "conea-dev/conea", environment = "dev" }
instances            = { api = { max = 5 }, worker = { max = 5 } }
raw_events_days      = 14
