"""Writes slice_features.csv: PyRadiomics 3.0.1 on two-dimensional images, slice z = 9 of breast1 (82 voxels).

pip install "numpy<2" "setuptools<70" wheel versioneer cython SimpleITK PyWavelets pykwalify six
pip install --no-build-isolation pyradiomics==3.0.1
python slice_features.py
"""

import csv
import logging
import pathlib

import radiomics.featureextractor
import SimpleITK

folder = pathlib.Path(__file__).parent
radiomics.logger.setLevel(logging.CRITICAL)
extractor = radiomics.featureextractor.RadiomicsFeatureExtractor(additionalInfo=False)
extractor.enableFeatureClassByName("shape2D")
found = extractor.execute(SimpleITK.ReadImage(str(folder / "breast1_image.nrrd"))[:, :, 9],
                          SimpleITK.ReadImage(str(folder / "breast1_label.nrrd"))[:, :, 9])
with open(folder / "slice_features.csv", "w", newline="") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["column", "value"])
    rows.writerows((name, repr(float(value))) for name, value in found.items() if name.startswith("original_"))
