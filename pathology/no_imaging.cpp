// Answers the slide-reading interface where the program was built without OpenSlide and OpenCV.

#include "core/error.h"
#include "pathology/extraction.h"

namespace radiopath::pathology {
namespace {

[[noreturn]] void refuse() {
  throw InputError(
      "[pathology] slides: this program was built with RADIOPATH_IMAGING=OFF and reads no slides; build it "
      "with RADIOPATH_IMAGING=ON, or give a ready table: [tables.pathology]");
}

}  // namespace

void prepare_tiles(const PathologyConfig&, const PatientView&, RunFolder&) { refuse(); }
std::vector<Failures::Entry> check_inputs(const PathologyConfig&, const PatientView&) { refuse(); }

}  // namespace radiopath::pathology
