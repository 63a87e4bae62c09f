"""python firth.py > firth_only.json; Rscript firth.R < firth_only.json > ../firth.json : firthmodels 0.8.2 (MIT; numpy 2.4, scipy 1.17) on made-up patients. On R's sex2 data it
prints what logistf's documentation prints (coefficients, P and profile limits to 6 digits). Its standard errors weigh patients
by one plus their leverage, as logistf's do since 1.24; ours are Firth's own, from the information, and firth.R adds those."""
import json, warnings
import numpy as np
from firthmodels import FirthLogisticRegression
warnings.simplefilter("error")
rng = np.random.default_rng(5)
cases = []
for name, n, separated in (("separated", 40, True), ("rare", 80, False)):
    x = np.round(rng.normal(size=(n, 3)), 2)
    x[:, 1] = rng.random(n) < 0.3
    y = (rng.random(n) < 1 / (1 + np.exp(1.5 - x[:, 0]))).astype(int)
    if separated:
        y[x[:, 1] == 1] = 1
    m = FirthLogisticRegression(max_iter=2000, gtol=1e-7, xtol=1e-7).fit(x, y)
    m.lrt()
    limits = m.conf_int(method="pl", max_iter=2000, tol=1e-7)
    cases.append({"id": name, "x": x.tolist(), "y": y.tolist(), "coefficients": [m.intercept_, *m.coef_],
                  "log_likelihood": m.loglik_, "p": [*np.roll(m.lrt_pvalues_, 1)],
                  "lower": [*np.roll(limits[:, 0], 1)], "upper": [*np.roll(limits[:, 1], 1)]})
print(json.dumps({"cases": cases}))
