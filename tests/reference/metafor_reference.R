# Reference values for emdbook.estimates, from R and metafor.
#
# Run from the project's root:  Rscript tests/reference/metafor_reference.R
# It writes tests/reference/metafor_reference.json. R is needed only here; the tests read the JSON.

suppressPackageStartupMessages(library(metafor))
suppressPackageStartupMessages(library(jsonlite))

# One data set a line: the tests read these lines and hold them against the JSON.
datasets <- list(
  response_four = list(events = c(10, 15, 7, 5), n = c(28, 39, 30, 27)),
  cart_five = list(events = c(21, 12, 14, 8, 26), n = c(25, 15, 17, 9, 50)),
  zero_cell = list(events = c(0, 16, 3), n = c(11, 27, 18)),
  all_respond = list(events = c(3, 6, 10, 5), n = c(3, 15, 28, 6)),
  zero_and_all = list(events = c(0, 5, 10, 3), n = c(5, 5, 28, 7)),
  all_zero = list(events = c(0, 0, 0), n = c(4, 9, 15)),
  two_studies = list(events = c(10, 15), n = c(28, 39)),
  two_far_apart = list(events = c(1, 30), n = c(30, 31)),
  two_zero_full = list(events = c(0, 6), n = c(10, 6)),
  two_same = list(events = c(5, 5), n = c(12, 12)),
  identical = list(events = c(4, 4, 4), n = c(10, 10, 10)),
  homogeneous = list(events = c(40, 21, 30, 19), n = c(100, 50, 75, 48)),
  heterogeneous = list(events = c(5, 90, 20, 45, 2), n = c(50, 100, 200, 60, 40)),
  big_and_small = list(events = c(88, 3, 1, 432), n = c(364, 4, 2, 4321)),
  single_patients = list(events = c(1, 0, 1, 5), n = c(1, 1, 2, 9)),
  twelve = list(events = c(10, 15, 7, 5, 21, 12, 14, 8, 26, 71, 3, 6), n = c(28, 39, 30, 27, 25, 15, 17, 9, 50, 90, 18, 15)),
  near_zero_tau2 = list(events = c(10, 15, 18, 5), n = c(28, 39, 43, 33))
)
methods <- c("REML", "DL", "ML", "FE")
tests <- c("knha", "z")
# "default" is what rma() does when a reader types it; "tight" lets Fisher scoring run on.
controls <- list(default = list(), tight = list(threshold = 1e-12, maxiter = 10000))
levels <- c(0.95, 0.8)

none_if_null <- function(x) if (is.null(x) || length(x) == 0) NA else as.numeric(x)[1]

pooled <- list()
for (name in names(datasets)) for (method in methods) for (test in tests) for (control in names(controls)) for (level in levels) {
  d <- datasets[[name]]
  r <- suppressWarnings(rma(xi = d$events, ni = d$n, measure = "PLO", method = method, test = test,
                            level = 100 * level, control = controls[[control]]))
  p <- predict(r, transf = transf.ilogit)
  pooled[[length(pooled) + 1]] <- list(
    dataset = name, method = method, test = test, control = control, level = level,
    estimate = none_if_null(p$pred), ci_low = none_if_null(p$ci.lb), ci_high = none_if_null(p$ci.ub),
    prediction_low = none_if_null(p$pi.lb), prediction_high = none_if_null(p$pi.ub),
    tau2 = r$tau2, i2 = r$I2, q = r$QE, q_p = r$QEp, k = r$k, weights = as.numeric(weights(r)) / 100)
}

effects <- list()
for (name in names(datasets)) {
  d <- datasets[[name]]
  e <- escalc(measure = "PLO", xi = d$events, ni = d$n)
  effects[[name]] <- list(yi = as.numeric(e$yi), vi = as.numeric(e$vi))
}

counts <- list(c(0, 1), c(1, 1), c(0, 5), c(5, 5), c(1, 2), c(3, 4), c(0, 11), c(3, 3), c(3, 18), c(4, 13), c(10, 28),
               c(15, 39), c(21, 31), c(94, 137), c(71, 90), c(88, 364), c(29, 30), c(1, 500), c(0, 500), c(4320, 4321))
interval_levels <- c(0.9, 0.95, 0.99)
intervals <- list()
for (pair in counts) for (level in interval_levels) {
  x <- pair[1]; n <- pair[2]; a <- 1 - level
  exact <- as.numeric(binom.test(x, n, conf.level = level)$conf.int)
  wilson <- as.numeric(suppressWarnings(prop.test(x, n, conf.level = level, correct = FALSE))$conf.int)
  # Brown, Cai and DasGupta's convention: the lower bound is 0 at 0 of n, the upper bound is 1 at n of n.
  jeffreys <- c(if (x == 0) 0 else qbeta(a / 2, x + 0.5, n - x + 0.5), if (x == n) 1 else qbeta(1 - a / 2, x + 0.5, n - x + 0.5))
  for (m in c("clopper-pearson", "wilson", "jeffreys")) {
    ci <- switch(m, "clopper-pearson" = exact, "wilson" = wilson, "jeffreys" = jeffreys)
    intervals[[length(intervals) + 1]] <- list(events = x, n = n, level = level, method = m, ci_low = ci[1], ci_high = ci[2])
  }
}

pairs <- list(c(56, 70, 48, 80), c(10, 28, 94, 137), c(15, 39, 60, 84), c(0, 11, 16, 27), c(3, 3, 2, 4), c(5, 5, 6, 6),
              c(9, 10, 3, 10), c(0, 10, 0, 20), c(1, 1, 0, 1))
two_groups <- list()
for (q in pairs) for (level in c(0.9, 0.95)) {
  w <- function(x, n) as.numeric(suppressWarnings(prop.test(x, n, conf.level = level, correct = FALSE))$conf.int)
  p1 <- q[1] / q[2]; p2 <- q[3] / q[4]; w1 <- w(q[1], q[2]); w2 <- w(q[3], q[4])
  d <- p1 - p2
  low <- d - sqrt((p1 - w1[1])^2 + (w2[2] - p2)^2)
  high <- d + sqrt((w1[2] - p1)^2 + (p2 - w2[1])^2)
  rr <- summary(escalc(measure = "RR", ai = q[1], n1i = q[2], ci = q[3], n2i = q[4]), level = 100 * level)
  two_groups[[length(two_groups) + 1]] <- list(
    counts = q, level = level, difference = d, difference_low = low, difference_high = high,
    ratio = exp(as.numeric(rr$yi)), ratio_low = exp(rr$ci.lb), ratio_high = exp(rr$ci.ub))
}

reference <- list(
  made_with = list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor")),
                   script = "tests/reference/metafor_reference.R"),
  grid = list(methods = methods, tests = tests, controls = names(controls), levels = levels,
              interval_methods = c("clopper-pearson", "wilson", "jeffreys"), interval_levels = interval_levels),
  datasets = datasets, effects = effects, pooled = pooled, interval_counts = counts, intervals = intervals,
  pairs = pairs, two_groups = two_groups)
json <- toJSON(reference, auto_unbox = TRUE, digits = I(15), na = "null")
writeLines(gsub("},{", "},\n{", json, fixed = TRUE), "tests/reference/metafor_reference.json")
