import logging

from timing import input_folder, measure

if (input_folder / "image.nrrd").exists():
    import radiomics.featureextractor

    radiomics.logger.setLevel(logging.CRITICAL)
    extractor = radiomics.featureextractor.RadiomicsFeatureExtractor()
    extractor.enableImageTypeByName("Wavelet")
    image = str(input_folder / "image.nrrd")
    measure("columns_851", "pyradiomics", lambda: extractor.execute(image, str(input_folder / "mask.nrrd")))
    habitats = str(input_folder / "habitats.nrrd")
    measure("columns_13616", "pyradiomics", times=1, call=lambda: [
        extractor.execute(image, habitats, label=label) for label in (1, 2, 3, 4) for _ in range(4)])
