#include "training/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "training/html.h"
#include "training/svg.h"

namespace radiopath::training {
namespace {

constexpr std::string_view kAxis = "stroke=\"#444\" stroke-width=\"1\"",
                           kGrid = "stroke=\"#e4e4e4\" stroke-width=\"1\"";
constexpr std::string_view kCentred = "text-anchor=\"middle\"", kRight = "text-anchor=\"end\"";

/// Maps values to a square plot with axes from 0 to 1.
struct UnitPlot {
  double left = 54, top = 30, size = 250;
  double x(double value) const { return left + value * size; }
  double y(double value) const { return top + (1 - value) * size; }
};

void unit_axes(Svg& svg, const UnitPlot& plot, std::string_view title, std::string_view x_label,
               std::string_view y_label) {
  for (const double tick : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    svg.line(plot.x(tick), plot.y(0), plot.x(tick), plot.y(1), kGrid);
    svg.line(plot.x(0), plot.y(tick), plot.x(1), plot.y(tick), kGrid);
    const std::string label = fmt::format("{:g}", tick);
    svg.text(plot.x(tick), plot.y(0) + 15, label, kCentred);
    svg.text(plot.x(0) - 6, plot.y(tick) + 4, label, kRight);
  }
  svg.line(plot.x(0), plot.y(0), plot.x(1), plot.y(0), kAxis);
  svg.line(plot.x(0), plot.y(0), plot.x(0), plot.y(1), kAxis);
  svg.line(plot.x(0), plot.y(0), plot.x(1), plot.y(1), "stroke=\"#999\" stroke-dasharray=\"4 4\"");
  svg.text(plot.x(0), 17, title, "class=\"title\"");
  svg.text(plot.x(0.5), plot.y(0) + 33, x_label, kCentred);
  svg.text(0, 0, y_label,
           fmt::format("text-anchor=\"middle\" transform=\"translate(11 {}) rotate(-90)\"", plot.y(0.5)));
}

}  // namespace

std::string stroke_of(int style) {
  if (style < 0) return "stroke=\"#000\" stroke-width=\"2.6\" stroke-linejoin=\"round\"";
  return fmt::format("stroke=\"{}\" stroke-width=\"1.6\" stroke-dasharray=\"{}\" stroke-linejoin=\"round\"",
                     series_colour(style), series_dash(style));
}

std::string stroke_sample(int style) {
  Svg svg(28, 10, "", "sample");
  svg.line(1, 5, 27, 5, stroke_of(style));
  return svg.str();
}

std::string roc_chart(std::string_view title, const std::vector<Series>& series) {
  const UnitPlot plot;
  Svg svg(316, 324, fmt::format("ROC curves, {}", title), "chart");
  unit_axes(svg, plot, title, "1 − specificity", "Sensitivity");
  std::vector<const Series*> order;  // the emphasised one last, on top
  for (const Series& s : series) order.push_back(&s);
  std::ranges::stable_sort(order, {}, [](const Series* s) { return s->style < 0; });
  for (const Series* s : order) {
    std::vector<std::pair<double, double>> points;
    for (const auto& [x, y] : s->points)
      if (!std::isnan(x) && !std::isnan(y)) points.emplace_back(plot.x(x), plot.y(y));
    svg.path(points, stroke_of(s->style));
  }
  return svg.str();
}

std::string calibration_chart(std::string_view title, const std::vector<CalibrationGroup>& groups) {
  const UnitPlot plot;
  Svg svg(316, 324, fmt::format("Calibration, {}", title), "chart");
  unit_axes(svg, plot, title, "Mean score of the group", "Observed event rate");
  for (const CalibrationGroup& g : groups) {
    if (std::isnan(g.expected) || std::isnan(g.observed)) continue;
    svg.line(plot.x(g.expected), plot.y(g.lower), plot.x(g.expected), plot.y(g.upper), "stroke=\"#000\"");
    svg.circle(plot.x(g.expected), plot.y(g.observed), 4, "fill=\"#000\"");
  }
  return svg.str();
}

namespace {

constexpr double kForestWidth = 170;

double forest_x(double auc) { return 6 + (std::clamp(auc, 0.2, 1.0) - 0.2) / 0.8 * (kForestWidth - 12); }

double odds_x(double ratio) {
  const double limit = std::log(20);
  return 6 + (std::clamp(std::log(ratio), -limit, limit) + limit) / (2 * limit) * (kForestWidth - 12);
}

void mark(Svg& svg, double value, double lower, double upper, std::string_view colour) {
  if (!std::isnan(lower) && !std::isnan(upper))
    svg.line(lower, 9, upper, 9, fmt::format("stroke=\"{}\" stroke-width=\"1.5\"", colour));
  svg.rect(value - 3.5, 5.5, 7, 7, fmt::format("fill=\"{}\"", colour));
}

}  // namespace

std::string forest_mark(double value, double lower, double upper, double reachable, bool emphasised) {
  if (std::isnan(value)) return "";
  Svg svg(kForestWidth, 18, format_interval(value, lower, upper), "mark");
  svg.line(forest_x(0.5), 0, forest_x(0.5), 18, "stroke=\"#bbb\" stroke-dasharray=\"2 2\"");
  if (!std::isnan(reachable))
    svg.line(forest_x(reachable), 1, forest_x(reachable), 17, "stroke=\"#009e73\" stroke-width=\"2\"");
  mark(svg, forest_x(value), forest_x(lower), forest_x(upper), emphasised ? "#000" : "#0072b2");
  return svg.str();
}

std::string forest_scale() {
  Svg svg(kForestWidth, 14, "AUC from 0.2 to 1", "mark");
  for (const double tick : {0.25, 0.5, 0.75, 1.0})
    svg.text(forest_x(tick), 11, fmt::format("{:g}", tick), tick == 1.0 ? kRight : kCentred);
  return svg.str();
}

std::string odds_mark(double value, double lower, double upper) {
  if (std::isnan(value)) return "";
  Svg svg(kForestWidth, 18, format_interval(value, lower, upper, 2), "mark");
  svg.line(odds_x(1), 0, odds_x(1), 18, "stroke=\"#bbb\" stroke-dasharray=\"2 2\"");
  mark(svg, odds_x(value), odds_x(lower), odds_x(upper), "#0072b2");
  return svg.str();
}

std::string odds_scale() {
  Svg svg(kForestWidth, 14, "odds ratio, logarithmic scale from 0.05 to 20", "mark");
  for (const double tick : {0.1, 1.0, 10.0}) svg.text(odds_x(tick), 11, fmt::format("{:g}", tick), kCentred);
  return svg.str();
}

}  // namespace radiopath::training
