#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "core/descriptive.h"

namespace radiopath {

/// One form of the intraclass correlation with the F test of its being 0 and its 95 % interval.
struct Icc {
  std::string form;  ///< "ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"
  double value, f, df1, df2, p;
  Interval interval;
};

/// Intervals and tests of the agreement forms ICC(2,.) differ between programs; the values do not. `irr` follows
/// irr::icc 0.84: Satterthwaite's degrees of freedom in the F test (McGraw & Wong), for ICC(2,k) with k times its value.
enum class IccInference { shrout_fleiss, irr };

/// All six forms: one way, two-way random (absolute agreement), two-way mixed (consistency), each for a single rating
/// and for the mean of k. Sources: Shrout & Fleiss, Psychol Bull 1979;86:420; McGraw & Wong, Psychol Methods 1996;1:30.
/// @param ratings (subjects, raters) without NaN. NaN with fewer than two of either, or when nothing varies.
std::vector<Icc> intraclass_correlations(const Eigen::MatrixXd& ratings,
                                         IccInference inference = IccInference::shrout_fleiss);

}  // namespace radiopath
