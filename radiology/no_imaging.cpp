// Takes the place of volume_files.cpp, complete_file.cpp, recursive_filters.cpp and resampling.cpp where the build has no ITK: ready tables
// need none of this.

#include "core/error.h"
#include "radiology/intensity_filters.h"
#include "radiology/laplacian_of_gaussian.h"
#include "radiology/image_processing.h"
#include "radiology/preprocessing.h"
#include "radiology/volume.h"

namespace radiopath::radiology {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw InputError(what +
                   ": this radiopath was built without imaging (RADIOPATH_IMAGING=OFF); give [radiology] a ready "
                   "table, or build it with ITK");
}

}  // namespace

Volume read_volume(const std::filesystem::path& file) { refuse(file.string()); }
LabelMap read_label_map(const std::filesystem::path& file) { refuse(file.string()); }
Mask read_mask(const std::filesystem::path& file, int) { refuse(file.string()); }
Grid read_grid(const std::filesystem::path& file) { refuse(file.string()); }
void write_volume(const std::filesystem::path& file, const Volume&) { refuse(file.string()); }
void write_mask(const std::filesystem::path& file, const Mask&) { refuse(file.string()); }
void write_label_map(const std::filesystem::path& file, const LabelMap&) { refuse(file.string()); }
void write_label_map_to(const std::filesystem::path& file, const LabelMap&) { refuse(file.string()); }
Volume resample(const Volume&, const Grid&, Interpolation) { refuse("resampling"); }
Mask resample(const Mask&, const Grid&) { refuse("resampling"); }
Image load_image(const std::filesystem::path& file) { refuse(file.string()); }
ImageFile read_image_file(const std::filesystem::path& file) { refuse(file.string()); }
LabelFile read_label_file(const std::filesystem::path& file, int) { refuse(file.string()); }
void write_image(const std::filesystem::path& file, const Image&) { refuse(file.string()); }
Image resample_image(const Image&, const Grid&, const std::string&) { refuse("resampling"); }
LabelMap resample_labels(const LabelMap&, const Grid&) { refuse("resampling"); }
LabelMap interpolate_label(const LabelMap&, int, const Grid&) { refuse("resampling"); }
Image laplacian_recursive_gaussian(const Image&, double) { refuse("LoG"); }
Image gradient_magnitude(const Image&, GradientUnit) { refuse("gradient"); }

}  // namespace radiopath::radiology
