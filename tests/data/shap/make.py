"""Writes shap.json: trees of scikit-learn 1.9.1 and what shap 0.51.0 says of them, path-dependent."""

import csv
import json
import pathlib

import numpy as np
import shap
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

folder = pathlib.Path(__file__).resolve().parent
rows = list(csv.reader(open(folder.parent / "sklearn/inputs/breast_cancer.csv")))
values = np.array([[float(cell) for cell in row] for row in rows[1:]])
# As floats, in which scikit-learn and shap compare.
x, y = values[:, 3:11].astype(np.float32).astype(float), values[:, 0].astype(int)
train, asked = x[values[:, 1] == 0], x[values[:, 1] == 1][:6]
outcomes = y[values[:, 1] == 0]


def tree_of(tree, value):
    return {"column": np.maximum(tree.feature, -1).tolist(), "threshold": tree.threshold.tolist(),
            "left": tree.children_left.tolist(), "right": tree.children_right.tolist(),
            "value": value.tolist(), "cover": tree.weighted_n_node_samples.tolist()}


forest = RandomForestClassifier(5, max_depth=4, random_state=0).fit(train, outcomes)
boosting = GradientBoostingClassifier(n_estimators=8, max_depth=3, subsample=0.8, random_state=0).fit(train, outcomes)
share = outcomes.mean()
cases = []
explainer = shap.TreeExplainer(forest, feature_perturbation="tree_path_dependent")
cases.append({
    "id": "forest", "call": "TreeExplainer(RandomForestClassifier(5, max_depth=4, random_state=0)).shap_values(rows)[..., 1]",
    "trees": [tree_of(e.tree_, e.tree_.value[:, 0, 1]) for e in forest.estimators_],
    "offset": 0, "expected_value": float(explainer.expected_value[1]),
    "shap_values": explainer.shap_values(asked)[..., 1].tolist()})
explainer = shap.TreeExplainer(boosting, feature_perturbation="tree_path_dependent")
cases.append({
    "id": "boosting", "call": "TreeExplainer(GradientBoostingClassifier(n_estimators=8, subsample=0.8, random_state=0))",
    "trees": [tree_of(e.tree_, 0.1 * e.tree_.value[:, 0, 0]) for e in boosting.estimators_[:, 0]],
    "offset": float(np.log(share / (1 - share))), "expected_value": float(np.ravel(explainer.expected_value)[0]),
    "shap_values": explainer.shap_values(asked).tolist()})
(folder / "shap.json").write_text(json.dumps({"rows": asked.tolist(), "cases": cases}) + "\n")
