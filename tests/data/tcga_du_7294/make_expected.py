"""Cuts the lesion out of TCGA-DU-7294 and computes what scikit-learn and PyRadiomics say about the cut.

python make_expected.py FOLDER_WITH_THE_WHOLE_VOLUMES
SimpleITK 2.5, scikit-learn, PyRadiomics 3.0.1 (see README.md for the versions used).
"""
import csv
import logging
import sys

import numpy as np
import radiomics.featureextractor
import SimpleITK as sitk
import sklearn.cluster
import sklearn.metrics

MARGIN = 4
CHANNELS = ["t2", "t1c", "fla", "t1"]
source = sys.argv[1]

mask = sitk.ReadImage(f"{source}/seg_simple_fusion.nii.gz")
places = np.argwhere(sitk.GetArrayFromImage(mask) > 0)[:, ::-1]
low = np.maximum(places.min(0) - MARGIN, 0)
size = np.minimum(places.max(0) + MARGIN, np.array(mask.GetSize()) - 1) - low + 1


def cut(name, file, pixel):
    part = sitk.RegionOfInterest(sitk.ReadImage(f"{source}/{file}"), size.tolist(), low.tolist())
    part = sitk.Cast(part, pixel)
    sitk.WriteImage(part, f"{name}.nii.gz", useCompression=True)
    return part


images = {name: cut(name, f"TCGA-DU-7294_{name}_bet.nii.gz", sitk.sitkInt16) for name in CHANNELS}
lesion = cut("lesion", "seg_simple_fusion.nii.gz", sitk.sitkUInt8)
habitats = cut("habitats", "ref_habitat_k4.nii.gz", sitk.sitkUInt8)

inside = sitk.GetArrayFromImage(lesion) > 0
voxels = []
for name in CHANNELS:
    values = sitk.GetArrayFromImage(images[name]).astype(np.float64)
    nonzero = values[values != 0]
    voxels.append(((values - nonzero.mean()) / nonzero.std())[inside])
voxels = np.column_stack(voxels)
with open("kmeans_expected.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["k", "inertia", "calinski_harabasz", "sizes"])
    for k in range(2, 11):
        fit = sklearn.cluster.KMeans(k, n_init=20, tol=1e-12, max_iter=1000, random_state=0).fit(voxels)
        sizes = " ".join(str(n) for n in sorted(np.bincount(fit.labels_)))
        out.writerow([k, repr(float(fit.inertia_)),
                      repr(float(sklearn.metrics.calinski_harabasz_score(voxels, fit.labels_))), sizes])

radiomics.logger.setLevel(logging.ERROR)
extractor = radiomics.featureextractor.RadiomicsFeatureExtractor(binWidth=25, additionalInfo=False)
extractor.disableAllFeatures()
for family in ("firstorder", "shape", "glcm"):
    extractor.enableFeatureClassByName(family)
with open("features_expected.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["image", "habitat", "feature", "value"])
    for name in ("t2", "fla"):
        for habitat in range(1, 5):
            for feature, value in extractor.execute(images[name], habitats, label=habitat).items():
                out.writerow([name, habitat, feature.removeprefix("original_"), repr(float(value))])
