"""Makes lbp3d.csv, LBP3D images of PyRadiomics 3.0.1 at fixed voxels of breast1, and lbp3d_features.csv, the
features of these images in the regions.

pip install "numpy<2" "setuptools<70" wheel versioneer cython SimpleITK PyWavelets pykwalify six scipy==1.10.1 trimesh
pip install --no-build-isolation pyradiomics==3.0.1
python make_lbp3d.py

SciPy 1.10.1: later ones lack the names that the filter imports, and it would yield nothing.
"""
import numpy as np
import SimpleITK as sitk
from radiomics import featureextractor, imageoperations

SETTINGS = [
    dict(),
    dict(lbp3DLevels=4, lbp3DIcosphereRadius=1.5, lbp3DIcosphereSubdivision=0),
    dict(lbp3DLevels=2, lbp3DIcosphereRadius=2, lbp3DIcosphereSubdivision=2),
]

with open("lbp3d.csv", "w") as out:
    print("case,type,settings,image,x,y,z,value", file=out)
    whole = sitk.ReadImage("../breast1_image.nrrd")
    scaled = sitk.GetImageFromArray(sitk.GetArrayFromImage(whole).astype(np.float32) * np.float32(0.37))
    scaled.CopyInformation(whole)
    for kind, image in (("integer", whole), ("float32", scaled), ("float64", sitk.Cast(scaled, sitk.sitkFloat64))):
        size = image.GetSize()
        random = np.random.RandomState(1)
        places = [tuple(int(n // 4 + random.randint(n // 2)) for n in size) for _ in range(26)]
        places += [(size[0] - 1, 1, size[2] - 2), (2, size[1] - 2, 0), (0, 0, 0), (size[0] // 2, size[1] // 2, 0)]
        mask = sitk.Image(size, sitk.sitkUInt8)
        mask.CopyInformation(image)
        for place in places:
            mask[place] = 1
        for settings in SETTINGS:
            text = ";".join(f"{k}={v}" for k, v in settings.items())
            for derived, label, _ in imageoperations.getLBP3DImage(image, mask, **settings):
                for x, y, z in places:
                    print(f"breast1,{kind},{text},{label},{x},{y},{z},{float(derived.GetPixel(x, y, z))!r}", file=out)

with open("lbp3d_features.csv", "w") as out:
    print("case,image_type,feature_class,feature,value", file=out)
    for case in ("brain1", "breast1"):
        extractor = featureextractor.RadiomicsFeatureExtractor(binWidth=0.25, minimumROIDimensions=1)
        extractor.disableAllImageTypes()
        extractor.enableImageTypes(LBP3D={})
        for name, value in extractor.execute(f"../{case}_image.nrrd", f"../{case}_label.nrrd").items():
            if name.startswith("lbp"):  # nor diagnostics, nor shape
                image_type, family, feature = name.split("_")
                print(f"{case},{image_type},{family},{feature},{float(value)!r}", file=out)

with open("lbp3d_normalized.csv", "w") as out:  # clipped voxels are plateaus: samples on them equal the centre or not
    print("case,image_type,feature_class,feature,value", file=out)
    for case in ("brain1", "breast1"):
        extractor = featureextractor.RadiomicsFeatureExtractor(
            binWidth=0.25, minimumROIDimensions=1, normalize=True, removeOutliers=1.5, normalizeScale=100)
        extractor.disableAllImageTypes()
        extractor.enableImageTypes(LBP3D={})
        extractor.disableAllFeatures()
        extractor.enableFeatureClassByName("firstorder")
        for name, value in extractor.execute(f"../{case}_image.nrrd", f"../{case}_label.nrrd").items():
            if name.startswith("lbp"):
                image_type, family, feature = name.split("_")
                print(f"{case},{image_type},{family},{feature},{float(value)!r}", file=out)
