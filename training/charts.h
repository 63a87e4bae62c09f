#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace radiopath::training {

// The report's figures as inline SVG: plain values in, text out, the same bytes for the same values. NaN is left out.

/// A line of a chart. `style` indexes the colour and dash; negative: the model that the report is about, black and
/// thick.
struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;
  int style = 0;
};

/// Attributes of a series' stroke.
std::string stroke_of(int style);
/// A short sample of the stroke, for legends.
std::string stroke_sample(int style);

/// ROC curves; points are (1 - specificity, sensitivity).
std::string roc_chart(std::string_view title, const std::vector<Series>& series);

/// An AUC with its interval on the scale 0.2 ... 1, one row of a forest plot; `reachable` is a tick.
std::string forest_mark(double value, double lower, double upper, double reachable, bool emphasised);
/// The scale above the rows of a forest plot.
std::string forest_scale();

/// An odds ratio with its interval on a logarithmic scale, 0.05 ... 20.
std::string odds_mark(double value, double lower, double upper);
std::string odds_scale();

/// Models by models: how the row's model differs from the column's. Row-major; NaN leaves a cell empty.
struct HeatMap {
  std::string title;
  std::vector<std::string> names;
  std::vector<double> values, p_values;
  double full_scale = 0.3;  ///< difference with the strongest colour
};
std::string heat_map(const HeatMap& map);

/// One value over another, as the Calinski-Harabasz index over K; `marked` is a point's index or -1.
std::string line_chart(std::string_view title, std::string_view x_label, std::string_view y_label,
                       const std::vector<std::pair<double, double>>& points, int marked = -1);

/// Observed event rate against mean score in groups of patients, with intervals.
struct CalibrationGroup {
  double expected, observed, lower, upper;
};
std::string calibration_chart(std::string_view title, const std::vector<CalibrationGroup>& groups);

/// Who entered a branch and why the others did not.
struct FlowBranch {
  struct Loss {
    std::string reason;
    int count = 0;
  };
  std::string name;
  int total = 0;
  std::vector<Loss> losses;
  int remaining = 0;
  std::string remaining_text;  ///< such as "train 80, validation 34, test 60"
};
/// `start`: the box above all branches; `end`: the one below, or empty.
std::string flow_diagram(std::string_view start, const std::vector<FlowBranch>& branches, std::string_view end);

/// Bars of counts, largest first in the order given: what a selection left over step by step.
std::string waterfall(std::string_view title, const std::vector<std::pair<std::string, int>>& steps);

}  // namespace radiopath::training
