# Rscript stepwise.R > ../stepwise.json : choice by P of the likelihood ratio with R 4.2.2's add1 and drop1 on made-up patients
suppressMessages(library(jsonlite))
set.seed(1); n <- 140; p <- 7
z <- matrix(rnorm(n * p), n); z[, 1] <- z[, 2] + z[, 3] + 0.9 * z[, 1]   # enters first and leaves later
z <- round(z, 2); y <- rbinom(n, 1, plogis(0.8 * z[, 2] + 0.8 * z[, 3] - 0.6 * z[, 5]))
d <- data.frame(y, z); full <- reformulate(names(d)[-1]); steps <- NULL
note <- function(name, what, p) steps <<- rbind(steps, data.frame(column = name, entered = what, p = p))
drop <- function(m, stay) repeat {
  if (length(attr(terms(m), "term.labels")) == 0) return(m)
  t <- drop1(m, test = "LRT")[-1, ]; w <- which.max(t[["Pr(>Chi)"]]); if (t[w, "Pr(>Chi)"] < stay) return(m)
  note(rownames(t)[w], FALSE, t[w, "Pr(>Chi)"]); m <- update(m, paste(". ~ . -", rownames(t)[w]))
}
glm_ <- function(f) glm(f, binomial, d, control = glm.control(epsilon = 1e-14, maxit = 100))
forward <- function(enter, stay) { m <- glm_(y ~ 1); repeat {
  t <- add1(m, full, test = "LRT")[-1, ]; w <- which.min(t[["Pr(>Chi)"]])
  if (length(w) == 0 || t[w, "Pr(>Chi)"] >= enter) return(m)
  note(rownames(t)[w], TRUE, t[w, "Pr(>Chi)"]); m <- drop(update(m, paste(". ~ . +", rownames(t)[w])), stay) } }
answer <- function(m) { r <- list(columns = sort(attr(terms(m), "term.labels")), steps = steps); steps <<- NULL; r }
f <- answer(forward(0.05, 0.10)); b <- answer(drop(glm_(reformulate(names(d)[-1], "y")), 0.10))
cat(toJSON(list(meta = list(r = R.version.string, made_by = "make/stepwise.R"), y = y, z = z, forward = f, backward = b), digits = NA, auto_unbox = TRUE), "\n")
