import numpy as np
import scipy.stats
import sklearn.metrics

from timing import input_folder, measure

outcomes, first, second = np.fromfile(input_folder / "scores.f64").reshape(-1, 3).T.copy()


eight = [w * first + (1 - w) * second for w in np.arange(8) / 7]


def delong_covariance(models):
    """Sun & Xu 2014 on SciPy's midranks; no package of note offers it."""
    events = outcomes == 1
    m, n = events.sum(), (~events).sum()
    by_event, by_non_event, aucs = [], [], []
    for scores in models:
        ranks = scipy.stats.rankdata(scores)
        by_event.append((ranks[events] - scipy.stats.rankdata(scores[events])) / n)
        by_non_event.append(1 - (ranks[~events] - scipy.stats.rankdata(scores[~events])) / m)
        aucs.append(by_event[-1].mean())
    return aucs, np.cov(by_event) / m + np.cov(by_non_event) / n


def delong_test():
    aucs, covariance = delong_covariance((first, second))
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    z = (aucs[0] - aucs[1]) / np.sqrt(variance)
    return 2 * scipy.stats.norm.sf(abs(z))


measure("auc", "scikit-learn", lambda: sklearn.metrics.roc_auc_score(outcomes, first))
measure("delong", "scipy", delong_test)
measure("delong_eight", "scipy", lambda: delong_covariance(eight))
