"""Writes interpolators.csv: first-order features that PyRadiomics 3.0.1 with SimpleITK 2.5 gives after resampling with
each of SimpleITK's interpolators. Installed as settings_features.py says.

python interpolators.py
"""

import csv
import logging
import pathlib

import radiomics.featureextractor

folder = pathlib.Path(__file__).parent
radiomics.logger.setLevel(logging.CRITICAL)
SPACING = {"brain1": [2.5, 3, 7], "breast1": [0.5, 0.8, 1.5]}
INTERPOLATORS = ["sitkNearestNeighbor", "sitkLinear", "sitkBSpline", "sitkGaussian", "sitkLabelGaussian",
                 "sitkHammingWindowedSinc", "sitkCosineWindowedSinc", "sitkWelchWindowedSinc",
                 "sitkLanczosWindowedSinc", "sitkBlackmanWindowedSinc"]

with open(folder / "interpolators.csv", "w", newline="") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["case", "interpolator", "feature", "value"])
    for case, spacing in SPACING.items():
        for interpolator in INTERPOLATORS:
            extractor = radiomics.featureextractor.RadiomicsFeatureExtractor(
                minimumROIDimensions=1, additionalInfo=False, padDistance=1, resampledPixelSpacing=spacing,
                interpolator=interpolator)
            extractor.disableAllFeatures()
            extractor.enableFeatureClassByName("firstorder")
            found = extractor.execute(str(folder / f"{case}_image.nrrd"), str(folder / f"{case}_label.nrrd"))
            for column, value in found.items():
                rows.writerow([case, interpolator, column.split("_")[2], repr(float(value))])
