"""Writes parameters_features.csv and parameters_voxels.csv: PyRadiomics 3.0.1 with the files of parameters/.

pip install "numpy<2" "setuptools<70" wheel versioneer cython SimpleITK PyWavelets pykwalify six
pip install --no-build-isolation pyradiomics==3.0.1
python parameters_features.py
"""

import csv
import logging
import pathlib

import radiomics.featureextractor
import SimpleITK

folder = pathlib.Path(__file__).parent
radiomics.logger.setLevel(logging.CRITICAL)


def extract(name, case, **options):
    extractor = radiomics.featureextractor.RadiomicsFeatureExtractor(str(folder / f"parameters/{name}.yaml"))
    return extractor.execute(str(folder / f"{case}_image.nrrd"), str(folder / f"{case}_label.nrrd"), **options)


with open(folder / "parameters_features.csv", "w", newline="") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["parameters", "column", "value"])
    for name in ("mr", "ct", "slices", "bins", "bin_counts"):
        for column, value in extract(name, "brain1").items():
            if not column.startswith("diagnostics"):
                rows.writerow([name, column, repr(float(value))])

maps = {column: image for column, image in extract("voxel", "breast1", voxelBased=True).items()
        if not column.startswith("diagnostics")}
with open(folder / "parameters_voxels.csv", "w", newline="") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["column", "size", "origin", "spacing", "direction", "values"])
    for column, image in maps.items():
        values = SimpleITK.GetArrayFromImage(image).ravel()  # x fastest
        rows.writerow([column, *(" ".join(map(repr, map(float, part))) for part in (
            image.GetSize(), image.GetOrigin(), image.GetSpacing(), image.GetDirection(), values))])
