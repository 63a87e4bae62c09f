#pragma once

#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "core/cohort.h"
#include "core/config.h"
#include "core/failures.h"
#include "core/run_folder.h"
#include "pathology/aggregation.h"
#include "pathology/encoder.h"
#include "pathology/slide.h"
#include "pathology/stain.h"
#include "pathology/tiles.h"
#include "pathology/tissue.h"

namespace radiopath::pathology {

/// `[pathology]`
struct PathologyConfig {
  std::string name = "Pathology";
  std::string slides;
  std::string include;
  ScaleConfig scale;
  TissueConfig tissue;
  TilesConfig tiles;
  StainConfig stain;
  EncoderConfig encoder;
  AggregationConfig aggregation;

  static auto fields() {
    return std::tuple{
        field("name", &PathologyConfig::name, "name of the modality in results and report"),
        field("slides", &PathologyConfig::slides,
              "manifest column with the slides of a patient, separated by `;`; empty: no slides are read"),
        field("include", &PathologyConfig::include, "rule that patients must meet, as `nact == 0`; empty: everybody"),
        field("scale", &PathologyConfig::scale, "µm/px of the slides"),
        field("tissue", &PathologyConfig::tissue, "where tissue is"),
        field("tiles", &PathologyConfig::tiles, "the grid of tiles"),
        field("stain", &PathologyConfig::stain, "colour normalisation"),
        field("encoder", &PathologyConfig::encoder, "the network from tile to likelihood"),
        field("aggregation", &PathologyConfig::aggregation, "from likelihoods to columns"),
    };
  }
};

/// Reads the slides of every patient of `view` that has some: tissue, tiles, stain, resize to the encoder's input.
///
/// Makes, under the hash of slides and settings, in `slides/<patient_id>/`: `tiles_001.png` … (normalised tiles),
/// `tiles.csv` (where they come from), `preview.png` (thumbnail, kept tiles outlined), `summary.json` (scale, tissue,
/// dropped tiles by reason, stain). A slide that cannot be used is left out with an entry in `folder.failures`, and the
/// patient goes on with the others; without any, the patient has no tiles. The inclusion rule is the caller's.
void prepare_tiles(const PathologyConfig& config, const PatientView& view, RunFolder& folder);

/// Opens every slide of `view` and reads its header only: what prepare_tiles would fail on at once.
std::vector<Failures::Entry> check_inputs(const PathologyConfig& config, const PatientView& view);

}  // namespace radiopath::pathology
