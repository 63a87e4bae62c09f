# Rscript firth.R < firth_only.json > ../firth.json : adds the standard errors of R 4.2.2's brglm2 0.9 (type AS_mean: Firth's)
suppressMessages({library(jsonlite); library(brglm2)})
stored <- fromJSON(file("stdin"), simplifyDataFrame = FALSE)
stored$cases <- lapply(stored$cases, function(case) {
  d <- data.frame(y = case$y, case$x)
  m <- glm(y ~ ., binomial, d, method = "brglmFit", type = "AS_mean", control = list(epsilon = 1e-12, maxit = 10000))
  stopifnot(max(abs(coef(m) - case$coefficients)) < 1e-6)
  case$standard_errors <- unname(summary(m)$coefficients[, 2]); case
})
cat(toJSON(stored, digits = NA, auto_unbox = TRUE), "\n")
