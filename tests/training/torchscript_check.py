"""Loads an exported model as a user of Python would, and compares its scores with those that radiopath wrote.

torchscript_check.py FOLDER: reads chp.pt, one <argument>.csv per argument (header: columns; empty cell: missing) and
expected.csv (columns probability, label). Exit status 0 when all agree to 1e-6, 77 when there is no torch to try.
"""

import csv
import json
import math
import pathlib
import sys

try:
    import torch
except ImportError:
    sys.exit(77)


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    return rows[0], [[float(cell) if cell else math.nan for cell in row] for row in rows[1:]]


def main():
    folder = pathlib.Path(sys.argv[1])
    extra = {"metadata.json": ""}
    model = torch.jit.load(str(folder / "chp.pt"), _extra_files=extra)
    inputs = []
    for argument in model.arguments:
        columns, values = read(folder / f"{argument}.csv")
        assert columns == list(getattr(model, f"{argument}_columns")), f"columns of {argument}"
        inputs.append(torch.tensor(values, dtype=torch.float64))
    expected = read(folder / "expected.csv")[1]
    alone = [model(*(x[i : i + 1] for x in inputs)).item() for i in range(len(expected))]
    batch = model(*inputs).tolist()
    labels = model.predict(*inputs).tolist()
    for (probability, label), one, many, found in zip(expected, alone, batch, labels):
        for score in (one, many):
            same = math.isnan(score) if math.isnan(probability) else abs(score - probability) <= 1e-6
            assert same, f"expected {probability}, found {score}"
        assert label == found, f"expected label {label}, found {found}"
    assert json.loads(extra["metadata.json"]) == json.loads(model.metadata)
    print(f"{len(expected)} patients agree; threshold {model.threshold}; modalities {list(model.modalities)}")


if __name__ == "__main__":
    main()
