import logging

import numpy as np
import sklearn.cluster

from timing import input_folder, measure

voxels = np.fromfile(input_folder / "voxels.f32", dtype=np.float32).reshape(-1, 4)
kmeans = sklearn.cluster.KMeans(n_clusters=4, n_init=1, max_iter=30, tol=0, random_state=1)
measure("kmeans", "scikit-learn", lambda: kmeans.fit(voxels))

if (input_folder / "image.nrrd").exists():
    import radiomics.featureextractor
    import SimpleITK

    radiomics.logger.setLevel(logging.ERROR)
    extractor = radiomics.featureextractor.RadiomicsFeatureExtractor()
    extractor.disableAllFeatures()
    for family in ("firstorder", "shape", "glcm"):
        extractor.enableFeatureClassByName(family)
    image = SimpleITK.ReadImage(str(input_folder / "image.nrrd"))
    mask = SimpleITK.ReadImage(str(input_folder / "mask.nrrd"))
    measure("features", "pyradiomics", lambda: extractor.execute(image, mask))

    from radiomics import imageoperations

    bands = lambda: list(imageoperations.getWaveletImage(image, mask))  # PyRadiomics filters whole images only
    measure("wavelet_bands_of_roi", "pyradiomics", bands)
    measure("wavelet_bands_of_image", "pyradiomics", bands)
    measure("log_of_image", "pyradiomics", lambda: list(imageoperations.getLoGImage(image, mask, sigma=[2.0])))
