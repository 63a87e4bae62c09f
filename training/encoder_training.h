#pragma once

#include <cstdint>

#include "core/cohort.h"
#include "core/random.h"
#include "core/run_folder.h"
#include "pathology/aggregation.h"
#include "pathology/extraction.h"

namespace radiopath::training {

/// Likelihoods of the event for every tile of every patient, none by an encoder that knows the patient's outcome.
///
/// Patients of `train` get them from one of `[pathology.encoder] folds` encoders, fitted on the other folds; held-out
/// patients from an encoder fitted on all of `train`. Tiles inherit the patient's outcome; patients weigh the same
/// whatever their number of tiles, and so do the two classes. Patients without tiles (see prepare_tiles) have none.
/// Cached in `models/encoder.pt`, `models/encoder_fold1.pt`, … and `tables/patch_likelihoods.csv`.
/// Deterministic for any thread count, with one LibTorch thread (at::set_num_threads(1)).
/// @throws InputError when the training patients with tiles are too few for two folds
pathology::PatchLikelihoods cross_fitted_likelihoods(const pathology::PathologyConfig& config, std::uint64_t seed,
                                                     const TrainingView& train, const PatientView& held_out,
                                                     RunFolder& folder);

/// Fits one encoder to all patients of `train` that have tiles. `stream` names its random numbers.
pathology::Encoder fit_encoder(const pathology::EncoderConfig& config, const TrainingView& train,
                               const RunFolder& folder, Random stream);

}  // namespace radiopath::training
