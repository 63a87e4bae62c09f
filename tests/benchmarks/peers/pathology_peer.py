import numpy as np

from timing import input_folder, measure

if (input_folder / "tile.png").exists():
    import cv2
    from torchstain.numpy.normalizers import NumpyMacenkoNormalizer

    tile = cv2.cvtColor(cv2.imread(str(input_folder / "tile.png")), cv2.COLOR_BGR2RGB)
    normalizer = NumpyMacenkoNormalizer()
    measure("macenko", "torchstain", lambda: normalizer.normalize(I=tile, stains=False))

if (input_folder / "slide.svs").exists():
    import openslide

    def read_tiles():
        with openslide.OpenSlide(str(input_folder / "slide.svs")) as slide:
            width, height = slide.dimensions
            for y in range(0, height - 511, 512):
                for x in range(0, width - 511, 512):
                    np.asarray(slide.read_region((x, y), 0, (512, 512)).convert("RGB"))

    measure("slide", "openslide-python", read_tiles)
