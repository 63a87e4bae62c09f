#include "training/experiment.h"

#include "core/predictions.h"
#include "training/features.h"
#include "training/importance.h"
#include "training/run_output.h"

namespace radiopath::training {

Results run(const ExperimentConfig& config, RunFolder& folder) {
  const Cohort cohort = read_cohort(config.cohort);
  write_cohort(folder, cohort);  // the split is data: fixed and hashed before anything is fitted

  Predictions predictions;
  for (const Split& split : splits_of(config.protocol, cohort)) {
    const Features features = extract_features(config, split, folder);
    const Models models = fit_models(config, features, split.train);
    predictions.add(models.predict(features, split.train), cohort, Scored::in_sample);
    predictions.add(out_of_fold(config, features, split.train), cohort, Scored::out_of_fold);
    predictions.add(models.predict(features, split.held_out), cohort, Scored::held_out);
    write_models(folder, features, models);
    write_importance(folder / "importance.csv", column_importance(features, models, predictions, config.seed));
    write_resampling(folder, resample(config, features, split.train));
  }

  Results results = evaluate(config.evaluation, predictions, read_truth(config.evaluation.truth));
  write_run(folder, predictions, results);
  return results;
}

}  // namespace radiopath::training
