"""Makes responses.csv: filtered images of PyRadiomics 3.0.1 at fixed voxels of brain1 and breast1.

pip install "numpy<2" "setuptools<70" wheel versioneer cython SimpleITK PyWavelets pykwalify six scikit-image
pip install --no-build-isolation pyradiomics==3.0.1
python make_responses.py > responses.csv
"""
import numpy as np
import SimpleITK as sitk
from radiomics import imageoperations as io

CASES = [
    ("wavelet", dict()),
    ("wavelet", dict(level=2)),
    ("wavelet", dict(wavelet="db4", start_level=1)),
    ("wavelet", dict(wavelet="haar")),
    ("wavelet", dict(wavelet="sym5")),
    ("wavelet", dict(wavelet="bior2.4")),
    ("wavelet", dict(wavelet="rbio3.3")),
    ("wavelet", dict(wavelet="dmey")),
    ("wavelet", dict(force2D=True, force2Ddimension=0)),
    ("wavelet", dict(force2D=True, force2Ddimension=2)),
    ("log", dict(sigma=[0.5, 2.0, 5.0])),
    ("gradient", dict()),
    ("gradient", dict(gradientUseSpacing=False)),
    ("lbp2d", dict()),
    ("lbp2d", dict(lbp2DMethod="default", lbp2DSamples=9, lbp2DRadius=1.5)),
    ("lbp2d", dict(lbp2DMethod="ror", force2D=True, force2Ddimension=1)),
    ("lbp2d", dict(lbp2DMethod="uniform", lbp2DSamples=12, lbp2DRadius=2, force2D=True, force2Ddimension=2)),
    ("lbp2d", dict(lbp2DMethod="var")),
]
CALLS = dict(wavelet=io.getWaveletImage, log=io.getLoGImage, gradient=io.getGradientImage, lbp2d=io.getLBP2DImage)

print("case,type,filter,settings,image,x,y,z,value")
for case in ("brain1", "breast1"):
    whole = sitk.ReadImage(f"../{case}_image.nrrd")
    scaled = sitk.GetImageFromArray(sitk.GetArrayFromImage(whole).astype(np.float32) * np.float32(0.37))
    scaled.CopyInformation(whole)
    for kind, image in (("integer", whole), ("float32", scaled), ("float64", sitk.Cast(scaled, sitk.sitkFloat64))):
        size = image.GetSize()
        random = np.random.RandomState(1)
        places = [tuple(int(random.randint(n)) for n in size) for _ in range(10)]
        places += [(0, 0, 0), tuple(n - 1 for n in size), (size[0] - 1, 1, size[2] - 2), (2, size[1] - 2, 0)]
        for name, settings in CASES:
            if kind == "float64" and (name == "lbp2d" or len(settings) > 0):
                continue
            text = ";".join(f"{k}={v[0] if isinstance(v, list) else v}" for k, v in settings.items() if k != "sigma")
            for derived, label, _ in CALLS[name](image, None, **settings):
                for x, y, z in places:
                    print(f"{case},{kind},{name},{text},{label},{x},{y},{z},{float(derived.GetPixel(x, y, z))!r}")
