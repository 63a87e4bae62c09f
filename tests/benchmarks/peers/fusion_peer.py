import numpy as np
import sklearn.linear_model

from timing import input_folder, measure

table = np.fromfile(input_folder / "logistic.f64").reshape(-1, 21)
outcomes, x = table[:, 0].astype(int), table[:, 1:].copy()
measure("logistic", "scikit-learn",
        lambda: sklearn.linear_model.LogisticRegression(C=1, tol=1e-8, solver="newton-cholesky").fit(x, outcomes))

table = np.fromfile(input_folder / "lasso.f64").reshape(-1, 65)
target, columns = table[:, 0].copy(), table[:, 1:].copy()
measure("lasso", "scikit-learn",
        lambda: sklearn.linear_model.LassoCV(cv=10, tol=1e-8, max_iter=100_000).fit(columns, target))
