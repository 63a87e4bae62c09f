# Rscript survival.R > ../survival.json : survival 3.5-3 and stats::step of R 4.2.2 (Debian 12) on made-up patients
suppressMessages({library(survival); library(jsonlite)})
set.seed(7); n <- 60
x <- round(rnorm(n), 2); g <- rep(0:2, length.out = n)
time <- ceiling(10 * rexp(n, exp(0.6 * x))); event <- rbinom(n, 1, 0.7)
s <- Surv(time, event); km <- summary(survfit(s ~ 1), times = sort(unique(time)), censored = TRUE)
q <- survfit(s ~ 1); lr <- survdiff(s ~ g)
fit <- function(ties) { m <- coxph(s ~ x, ties = ties, eps = 1e-14, iter.max = 100); z <- summary(m)$coefficients
  list(coefficient = z[1], se = z[3], p = z[5], lower = exp(confint(m))[1], upper = exp(confint(m))[2], loglik = m$loglik) }
cc <- concordance(s ~ x, reverse = TRUE)
z <- matrix(round(rnorm(n * 5), 2), n); y <- rbinom(n, 1, plogis(z[, 1] - 0.8 * z[, 3])); d <- data.frame(y, z)
full <- glm(y ~ ., binomial, d); back <- step(full, trace = 0)
forth <- step(glm(y ~ 1, binomial, d), formula(full), direction = "forward", trace = 0)
cat(toJSON(list(meta = list(r = R.version.string, survival = as.character(packageVersion("survival")), made_by = "make/survival.R"),
  time = time, event = event, x = x, group = g,
  km = list(time = km$time, survival = km$surv, std_err = km$std.err, lower = km$lower, upper = km$upper, at_risk = km$n.risk),
  median = unname(quantile(q, 0.5)$quantile), median_lower = unname(quantile(q, 0.5)$lower), median_upper = unname(quantile(q, 0.5)$upper),
  log_rank = list(chisq = lr$chisq, observed = lr$obs, expected = lr$exp), efron = fit("efron"), breslow = fit("breslow"), concordance = unname(cc$concordance),
  y = y, z = z, backward = attr(terms(back), "term.labels"), forward = attr(terms(forth), "term.labels"), backward_aic = AIC(back), forward_aic = AIC(forth)),
  digits = NA, auto_unbox = TRUE), "\n")
