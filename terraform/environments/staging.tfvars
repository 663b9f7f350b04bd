# Yours: project, hosting_site (a name that nobody has), github, and for the budget alert
# billing_account = "000000-000000-000000".
project      = "conea-staging"
region       = "europe-west1"
hosting_site = "conea-staging"
protected    = false

blobs     = { days = 30, noncurrent_days = 7 }
budget    = { amount = 100 }
github    = { repository = "conea-dev/conea", environment = "staging" }
instances = { api = { max = 20 }, worker = { max = 20 } }
