"""Writes the inputs that ours and its peers read: arrays of little-endian floats or doubles, images as links."""

import os
import pathlib
import sys

import numpy as np

folder = pathlib.Path(sys.argv[1])
root = pathlib.Path(__file__).resolve().parents[3]
rng = np.random.default_rng(1)

centres = rng.normal(size=(4, 4)) * 2
voxels = centres[rng.integers(4, size=1_000_000)] + rng.normal(size=(1_000_000, 4))
voxels.astype(np.float32).tofile(folder / "voxels.f32")  # (1e6, 4)

outcomes = rng.integers(2, size=100_000)
risk = outcomes + rng.normal(size=(2, 100_000))
np.column_stack([outcomes, *risk]).tofile(folder / "scores.f64")  # (1e5, 3): outcome, two scores

x = rng.normal(size=(5_000, 20))
y = rng.random(5_000) < 1 / (1 + np.exp(-x @ rng.normal(size=20) * 0.3))
np.column_stack([y, x]).tofile(folder / "logistic.f64")  # (5000, 21): outcome, 20 columns

x = rng.normal(size=(183, 64))
x -= x.mean(axis=0)
x /= x.std(axis=0)
y = x[:, :5].sum(axis=1) + 2 * rng.normal(size=183) > 0
np.column_stack([y, x]).tofile(folder / "lasso.f64")  # (183, 65): outcome, columns that a chain has left

latent = rng.normal(size=(183, 60))
y = rng.random(183) < 0.35
x = latent[:, rng.integers(60, size=851)] * 0.8 + 0.6 * rng.normal(size=(183, 851))
x[:, :30] += 0.5 * y[:, None]
np.column_stack([y, x]).tofile(folder / "chain.f64")  # (183, 852): outcome, columns of a radiomics table

y = rng.random(500) < 0.4
x = rng.normal(size=(500, 20_000))
x[:, 10_000:] = 0.95 * x[:, :10_000] + 0.3 * x[:, 10_000:]
x[:, :1_000] += 0.3 * y[:, None]
np.column_stack([y, x]).tofile(folder / "filter.f64")  # (500, 20001): outcome, columns, half of them near copies

images = {
    "image.nrrd": "brain1_image.nrrd",
    "mask.nrrd": "brain1_label.nrrd",
    "slide.svs": "CMU-1-Small-Region.svs",
    "ct_image.nii.gz": "ct_phantom_ccbync/image.nii.gz",
    "ct_mask.nii.gz": "ct_phantom_ccbync/mask.nii.gz",
    "tile.png": "CMU-1-Small-Region_x1024_y0_512.png",
}
places = [root / "tests/data"]
if os.environ.get("RADIOPATH_REFERENCE_DATA"):
    places.append(pathlib.Path(os.environ["RADIOPATH_REFERENCE_DATA"]).resolve())
for link, name in images.items():
    found = next((path for place in places for path in place.rglob(name)), None)
    if found:
        (folder / link).symlink_to(found)
    else:
        print(f"benchmark: {name} is in neither tests/data nor RADIOPATH_REFERENCE_DATA: its rows stay empty",
              file=sys.stderr)

if (folder / "mask.nrrd").exists():  # four habitats: quarters of the region by intensity
    import SimpleITK

    mask = SimpleITK.ReadImage(str(folder / "mask.nrrd"))
    inside = SimpleITK.GetArrayFromImage(mask) == 1
    values = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(folder / "image.nrrd")))[inside]
    habitats = np.zeros(inside.shape, dtype=np.uint8)
    habitats[inside] = 1 + np.digitize(values, np.quantile(values, [0.25, 0.5, 0.75]))
    habitats = SimpleITK.GetImageFromArray(habitats)
    habitats.CopyInformation(mask)
    SimpleITK.WriteImage(habitats, str(folder / "habitats.nrrd"))
