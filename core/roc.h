#pragma once

#include <Eigen/Core>
#include <span>
#include <string_view>
#include <vector>

#include "core/descriptive.h"

// `scores` are any finite or infinite numbers that rise with the risk, `outcomes` are 1 (event) or 0, both in the same
// order of patients. A NaN score, an outcome that is neither 0 nor 1, or lengths that differ are std::logic_error:
// whoever calls has to say first whom a model scores. What the data leave undefined is NaN (an AUC of one class alone).
namespace radiopath {

/// Area under the ROC curve: P(score of an event > score of a non-event) + P(equal) / 2. NaN for one class alone.
double auc(std::span<const double> scores, std::span<const int> outcomes);

/// What DeLong's variance and covariance are made of: for each event the share of non-events it outranks, for each
/// non-event the share of events that outrank it. O(n log n) by midranks.
/// Source: DeLong et al., Biometrics 1988;44:837; Sun & Xu, IEEE Signal Process Lett 2014;21:1389.
struct Placements {
  std::vector<double> events, non_events;
  double auc;
};
Placements placements(std::span<const double> scores, std::span<const int> outcomes);

/// AUC with DeLong's standard error; the interval is normal, cut to [0, 1]. With fewer than two patients of a class
/// the error is NaN. An AUC of 0 or 1 has error 0 and an interval of no width: say so where it is printed.
struct AucDelong {
  double auc, standard_error;
  Interval interval;
  int events, non_events;
};
AucDelong auc_delong(std::span<const double> scores, std::span<const int> outcomes);
AucDelong auc_delong(const Placements& placements);

/// Difference of two correlated AUCs, first minus second. Identical placements give z = 0, P = 1; a variance of 0 with
/// a difference leaves z and P NaN. Conservative for nested models on their own training data (Demler 2012).
struct DelongTest {
  double difference, standard_error, z, p;
  Interval interval;  ///< of the difference, normal
};
DelongTest delong_test(std::span<const double> first, std::span<const double> second, std::span<const int> outcomes);
DelongTest delong_test(const Placements& first, const Placements& second);

/// One point of the ROC curve. A patient is positive when score > threshold.
struct RocPoint {
  double threshold;  ///< halfway between neighbouring distinct scores; +inf first, -inf last
  double sensitivity, specificity;
};
/// The whole curve, from (sensitivity 0, specificity 1) to (1, 0). NaN where a class is absent.
std::vector<RocPoint> roc_curve(std::span<const double> scores, std::span<const int> outcomes);

/// Exact interval of an AUC of 1 or 0, whose other intervals have no width: disjoint pairs of an event and a non-event
/// are independent trials that succeed with the AUC's probability, so Clopper & Pearson's limit of k successes in
/// k = min(events, non-events) bounds it (conservative, as the other pairs agree too); about 1 - 3.7 / k, the two-sided
/// rule of three (Hanley & Lippman-Hand, JAMA 1983;249:1743). NaN for any other AUC.
Interval separated_auc_interval(const AucDelong& auc);

/// The interval at another level than 95 %, cut to [0, 1].
Interval auc_interval(const AucDelong& auc, double level);

/// Covariance of the AUCs of several models on the same patients, DeLong's. (models, models)
Eigen::MatrixXd delong_covariance(const std::vector<Placements>& models);

/// Two AUCs of different patients, first minus second: t with Welch-like degrees of freedom, as pROC 1.18 roc.test.
struct UnpairedAucTest {
  double difference, t, degrees_of_freedom, p;
};
UnpairedAucTest delong_test_unpaired(const AucDelong& first, const AucDelong& second);

/// Standard error of an AUC from its value and the counts alone, for negative-exponential scores.
/// Source: Hanley & McNeil, Radiology 1982;143:29. NaN without patients of a class.
double hanley_mcneil_error(double auc, int events, int non_events);

/// Area where one axis lies between two values, `low` < `high` in [0, 1]; `corrected` maps the diagonal to 0.5 and the
/// largest possible area to 1 (McClish, Med Decis Making 1989;9:190), NaN below the diagonal, as pROC.
enum class RocAxis { specificity, sensitivity };
struct PartialAuc {
  double area, corrected;
};
PartialAuc partial_auc(std::span<const double> scores, std::span<const int> outcomes, RocAxis axis, double low,
                       double high);

/// Average precision: sum of precision times the step in recall (scikit-learn's; no interpolation). NaN without events.
double average_precision(std::span<const double> scores, std::span<const int> outcomes);

}  // namespace radiopath
