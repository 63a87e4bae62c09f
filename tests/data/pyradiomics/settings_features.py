"""Writes settings_features.csv: PyRadiomics 3.0.1 under settings that its stored baselines do not cover.

pip install "numpy<2" "setuptools<70" wheel versioneer cython SimpleITK PyWavelets pykwalify six
pip install --no-build-isolation pyradiomics==3.0.1
python settings_features.py
"""

import csv
import json
import logging
import pathlib

import numpy as np
import radiomics.featureextractor
import SimpleITK

folder = pathlib.Path(__file__).parent
radiomics.logger.setLevel(logging.CRITICAL)
TEXTURES = ["glcm", "glrlm", "glszm", "gldm", "ngtdm"]
SETTINGS = {
    "distances_1_2": ({"distances": [1, 2]}, ["glcm", "gldm", "ngtdm"]),
    "distances_3": ({"distances": [3]}, ["glcm", "gldm", "ngtdm"]),
    "manhattan": ({"weightingNorm": "manhattan"}, ["glcm", "glrlm"]),
    "euclidean": ({"weightingNorm": "euclidean"}, ["glcm", "glrlm"]),
    "infinity": ({"weightingNorm": "infinity"}, ["glcm", "glrlm"]),
    "one_way": ({"symmetricalGLCM": False}, ["glcm"]),
    "one_way_merged": ({"symmetricalGLCM": False, "weightingNorm": "no_weighting"}, ["glcm"]),
    "gldm_a_2": ({"gldm_a": 2}, ["gldm"]),
    "force2D_1": ({"force2D": True, "force2Ddimension": 1}, TEXTURES),
    "force2D_2": ({"force2D": True, "force2Ddimension": 2}, TEXTURES),
    "bin_count_7": ({"binCount": 7}, TEXTURES + ["firstorder"]),
    "bin_width_1": ({"binWidth": 1}, TEXTURES),
    "bin_width_0.3": ({"binWidth": 0.3}, TEXTURES),  # more than 255 grey levels
    "shift": ({"voxelArrayShift": 300}, ["firstorder"]),
    "deprecated": ({}, ["firstorder", "shape"]),
    "slice": ({"force2D": True}, ["shape2D"]),
}
DEPRECATED = {"firstorder": ["StandardDeviation"], "shape": ["Compactness1", "Compactness2", "SphericalDisproportion"],
              "shape2D": ["SphericalDisproportion"]}
SLICE = {"brain1": 16, "breast1": 9}

with open(folder / "settings_features.csv", "w", newline="") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["case", "scenario", "settings", "feature_class", "feature", "value"])
    for case in ("brain1", "breast1"):
        image = SimpleITK.ReadImage(str(folder / f"{case}_image.nrrd"))
        mask = SimpleITK.ReadImage(str(folder / f"{case}_label.nrrd"))
        one_slice = SimpleITK.GetArrayFromImage(mask)
        one_slice[np.arange(len(one_slice)) != SLICE[case]] = 0
        slice_mask = SimpleITK.GetImageFromArray(one_slice)
        slice_mask.CopyInformation(mask)
        for scenario, (settings, classes) in SETTINGS.items():
            extractor = radiomics.featureextractor.RadiomicsFeatureExtractor(
                minimumROIDimensions=1, additionalInfo=False, **settings)
            extractor.disableAllFeatures()
            for name in classes:
                extractor.enableFeatureClassByName(name)
                if scenario in ("deprecated", "slice"):
                    extractor.enabledFeatures[name] = DEPRECATED[name]
            found = extractor.execute(image, slice_mask if scenario == "slice" else mask)
            for column, value in found.items():
                _, name, feature = column.split("_")
                rows.writerow([case, scenario, json.dumps(settings), name, feature, repr(float(value))])
