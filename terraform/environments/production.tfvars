# Yours: project, hosting_site (a name that nobody has), github, and for the budget alert
# billing_account = "000000-000000-000000".
project      = "conea-production"
region       = "europe-west1"
hosting_site = "conea-production"

budget               = { amount = 500 }
data_location        = "EU"
database_backup_days = 30
database_location    = "eur3"
github               = { repository = "conea-dev/conea", environment = "production" }
instances            = { worker = { max = 200 } }
