import logging
import subprocess
import sys

from timing import input_folder, measure, seconds_of_children

if (input_folder / "image.nrrd").exists():
    import radiomics.featureextractor

    radiomics.logger.setLevel(logging.CRITICAL)
    extractor = radiomics.featureextractor.RadiomicsFeatureExtractor()
    extractor.enableImageTypeByName("Wavelet")
    image = str(input_folder / "image.nrrd")
    measure("columns_851", "pyradiomics", lambda: extractor.execute(image, str(input_folder / "mask.nrrd")))
    habitats = str(input_folder / "habitats.nrrd")
    start_up = "import logging, radiomics.featureextractor as f; logging.disable()"
    one_case = ("; e = f.RadiomicsFeatureExtractor(); e.enableImageTypeByName('Wavelet')"
                f"; e.execute({image!r}, {str(input_folder / 'mask.nrrd')!r})")
    for stage, code in (("start_up", start_up), ("process_851", start_up + one_case)):
        measure(stage, "pyradiomics", lambda: subprocess.run([sys.executable, "-c", code], check=True),
                clock=seconds_of_children)
    measure("columns_13616", "pyradiomics", times=1, call=lambda: [
        extractor.execute(image, habitats, label=label) for label in (1, 2, 3, 4) for _ in range(4)])
