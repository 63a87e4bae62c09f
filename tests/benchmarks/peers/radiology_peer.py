import logging

import numpy as np
import sklearn.cluster

from timing import input_folder, measure

voxels = np.fromfile(input_folder / "voxels.f32", dtype=np.float32).reshape(-1, 4)
kmeans = sklearn.cluster.KMeans(n_clusters=4, n_init=1, max_iter=30, tol=0, random_state=1)
measure("kmeans", "scikit-learn", lambda: kmeans.fit(voxels))

CLASSES = ("firstorder", "shape", "glcm", "glrlm", "glszm", "gldm", "ngtdm")


def cut(image_name, mask_name):
    """Image and mask cut to the region's box, as PyRadiomics hands them to its classes."""
    image = SimpleITK.ReadImage(str(input_folder / image_name))
    mask = SimpleITK.Cast(SimpleITK.ReadImage(str(input_folder / mask_name)), SimpleITK.sitkUInt8)
    mask.CopyInformation(image)
    box, _ = imageoperations.checkMask(image, mask, minimumROIDimensions=1)
    return imageoperations.cropToTumorMask(image, mask, box)


def classes(image, mask, names, **settings):
    found = radiomics.getFeatureClasses()
    return lambda: [found[name](image, mask, **settings).execute() for name in names]


def matrices(image, mask):
    """PyRadiomics' C extension alone."""
    inside = SimpleITK.GetArrayFromImage(mask) == 1
    levels, _ = imageoperations.binImage(SimpleITK.GetArrayFromImage(image), inside, binWidth=25)
    most, voxels, near = int(levels[inside].max()), int(inside.sum()), np.array([1])

    def count():
        radiomics.cMatrices.calculate_glcm(levels, inside, near, most, False, 0)
        radiomics.cMatrices.calculate_glrlm(levels, inside, most, max(levels.shape), False, 0)
        radiomics.cMatrices.calculate_glszm(levels, inside, most, voxels, False, 0)
        radiomics.cMatrices.calculate_gldm(levels, inside, near, most, 0, False, 0)
        radiomics.cMatrices.calculate_ngtdm(levels, inside, near, most, False, 0)

    return count


if (input_folder / "image.nrrd").exists():
    import radiomics
    import SimpleITK
    from radiomics import imageoperations

    radiomics.logger.setLevel(logging.CRITICAL)
    image, mask = cut("image.nrrd", "mask.nrrd")
    measure("features", "pyradiomics", classes(image, mask, CLASSES))
    measure("matrices", "pyradiomics", matrices(image, mask))
    measure("glcm_maps", "pyradiomics", classes(image, mask, ["glcm"], voxelBased=True, kernelRadius=1), times=1)
    if (input_folder / "ct_image.nii.gz").exists():
        image, mask = cut("ct_image.nii.gz", "ct_mask.nii.gz")
        measure("features_ct", "pyradiomics", classes(image, mask, CLASSES))
        measure("matrices_ct", "pyradiomics", matrices(image, mask))
        measure("shape_ct", "pyradiomics", classes(image, mask, ["shape"]))
