"""Writes expected/yeo_johnson.json: scikit-learn 1.9.1, SciPy 1.17.1, NumPy 2.4.6."""

import csv
import json
import pathlib

import numpy as np
from sklearn.preprocessing import PowerTransformer

folder = pathlib.Path(__file__).resolve().parents[1]
cases = []
for name in ["synthetic_hard", "breast_cancer", "wine_binary"]:
    rows = list(csv.reader(open(folder / "inputs" / f"{name}.csv")))[1:]
    values = np.array([[float(cell) for cell in row[3:]] for row in rows])
    train = np.array([row[1] == "0" for row in rows])
    transformer = PowerTransformer().fit(values[train])
    moved = transformer.transform(values[~train])
    cases.append({
        "id": f"{name}.yeo_johnson", "input": f"inputs/{name}.csv",
        "call": "PowerTransformer(method='yeo-johnson', standardize=True).fit(train).transform(test)",
        "expected": {"lambdas": transformer.lambdas_.tolist(), "test_first2": moved[:2].tolist(),
                     "test_sum": moved.sum(axis=0).tolist()},
        "rel_tol": 1e-5, "note": "Brent's minimum is flat: lambda to about 1e-6, transformed values to 1e-5",
    })
(folder / "expected" / "yeo_johnson.json").write_text(json.dumps({"cases": cases}, indent=1) + "\n")
