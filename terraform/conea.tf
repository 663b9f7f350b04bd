locals {
  conea     = yamldecode(file("${path.root}/${var.config_path}"))
  providers = local.conea.providers

  period_ms = { ms = 1, s = 1000, min = 60000, hour = 3600000, day = 86400000 }

  # Each provider's request limits, as `count/period` taken apart; one rate is a list of one.
  rates = {
    for id, provider in local.providers : id => [
      for text in flatten([try(provider.limits.requests, [])]) :
      regex("^(?P<count>\\d{1,9})/(?P<times>\\d{0,9})(?P<unit>ms|s|min|hour|day)$", text)
    ]
  }

  calls_per_second = {
    for id, rates in local.rates : id => [
      for rate in rates : 1000 * tonumber(rate.count) / (tonumber(coalesce(rate.times, "1")) * local.period_ms[rate.unit])
    ]
  }

  provider_secrets = toset([for provider in local.providers : trimprefix(provider.apiKey, "secret:")])
}
