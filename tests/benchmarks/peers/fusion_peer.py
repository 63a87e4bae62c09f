import numpy as np
import scipy.stats
import sklearn.ensemble
import sklearn.impute
import sklearn.linear_model
import sklearn.model_selection
import sklearn.preprocessing

from timing import input_folder, measure

table = np.fromfile(input_folder / "logistic.f64").reshape(-1, 21)
outcomes, x = table[:, 0].astype(int), table[:, 1:].copy()
measure("logistic", "scikit-learn",
        lambda: sklearn.linear_model.LogisticRegression(C=1, tol=1e-8, solver="newton-cholesky").fit(x, outcomes))

table = np.fromfile(input_folder / "lasso.f64").reshape(-1, 65)
target, columns = table[:, 0].copy(), table[:, 1:].copy()
measure("lasso", "scikit-learn",
        lambda: sklearn.linear_model.LassoCV(cv=10, tol=1e-8, max_iter=100_000).fit(columns, target))


def t_test(x, y):
    return np.flatnonzero(scipy.stats.ttest_ind(x[y == 1], x[y == 0], equal_var=False).pvalue < 0.05)


def pearson(x, y):
    r = np.abs(np.corrcoef(x, rowvar=False))
    kept = []
    for j in np.argsort(-np.abs(np.corrcoef(x.T, y)[-1, :-1]), kind="stable"):
        if not kept or r[j, kept].max() < 0.9:
            kept.append(j)
    return np.sort(kept)


def mrmr(x, y, most):
    unit = x - x.mean(axis=0)
    unit /= np.linalg.norm(unit, axis=0)
    target = (y - y.mean()) / np.linalg.norm(y - y.mean())

    def information(r):
        return -0.5 * np.log(np.maximum(1 - r * r, 1e-15))

    relevance, redundancy, chosen = information(unit.T @ target), np.zeros(x.shape[1]), []
    for _ in range(min(most, x.shape[1])):
        score = relevance - redundancy / max(len(chosen), 1)
        score[chosen] = -np.inf
        chosen.append(int(np.argmax(score)))
        redundancy += information(unit.T @ unit[:, chosen[-1]])
    return chosen


def filters(x, y):
    kept = np.arange(x.shape[1])
    for step in [t_test, pearson, lambda x, y: mrmr(x, y, 64)]:
        left = step(x[:, kept], y)
        kept = kept[left] if len(left) else kept[:1]
    return kept


def lasso_path(x, y, alphas):
    means = x.mean(axis=0)
    weights = sklearn.linear_model.lasso_path(x - means, y - y.mean(), alphas=alphas)[1]
    return weights, y.mean() - means @ weights


def lasso(x, y, kept):
    """LassoCV with the filters repeated inside its folds, as ours does."""
    grid = np.abs((x[:, kept] - x[:, kept].mean(axis=0)).T @ (y - y.mean())).max() / len(y) * np.logspace(0, -3, 100)
    errors = np.zeros(100)
    for train, held_out in sklearn.model_selection.StratifiedKFold(5).split(x, y):
        columns = filters(x[train], y[train])
        weights, intercepts = lasso_path(x[train][:, columns], y[train], grid)
        errors += ((y[held_out, None] - x[held_out][:, columns] @ weights - intercepts) ** 2).mean(axis=0) / 5
    return kept[lasso_path(x[:, kept], y, grid)[0][:, np.argmin(errors)] != 0]


def chain(x, y, everybody, seed):
    imputer, scaler = sklearn.impute.SimpleImputer(strategy="median"), sklearn.preprocessing.StandardScaler()
    x, everybody = scaler.fit_transform(imputer.fit_transform(x)), scaler.transform(imputer.transform(everybody))
    kept = lasso(x, y, filters(x, y))
    kept = kept if len(kept) else [0]
    forest = sklearn.ensemble.RandomForestClassifier(100, random_state=seed).fit(x[:, kept], y)
    return forest.predict_proba(everybody[:, kept])[:, 1]


table = np.fromfile(input_folder / "chain.f64").reshape(-1, 852)
outcomes, x = table[:, 0].astype(int), table[:, 1:].copy()
rng = np.random.default_rng(1)


def one_bootstrap():
    rows = rng.integers(len(x), size=len(x))
    chain(x[rows], outcomes[rows], x, 0)


measure("chain", "scikit-learn", one_bootstrap)

table = np.fromfile(input_folder / "filter.f64").reshape(-1, 20_001)
outcomes, x = table[:, 0].astype(int), table[:, 1:].copy()


measure("filter", "scipy", lambda: pearson(x[:, t_test(x, outcomes)], outcomes))
