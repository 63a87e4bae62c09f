#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "training/charts.h"
#include "training/html.h"
#include "training/svg.h"

namespace radiopath::training {
namespace {

constexpr std::string_view kCentred = "text-anchor=\"middle\"", kRight = "text-anchor=\"end\"";

/// White to blue for gains, to orange for losses; pale enough for black text.
std::string tint(double share) {
  const double t = std::clamp(std::abs(share), 0.0, 1.0) * 0.75;
  const int full[2][3] = {{0x00, 0x72, 0xb2}, {0xe6, 0x9f, 0x00}};
  const int(&colour)[3] = full[share < 0];
  const auto mix = [&](int i) { return static_cast<int>(std::lround(255 + t * (colour[i] - 255))); };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2));
}

constexpr double kCellWidth = 46, kCellHeight = 34, kHeadHeight = 88;

void heat_cell(Svg& svg, const HeatMap& map, std::size_t row, std::size_t column, double x, double y) {
  const std::size_t n = map.names.size();
  const double value = map.values[row * n + column], p = map.p_values[row * n + column];
  if (row == column || std::isnan(value)) {
    svg.rect(x, y, kCellWidth, kCellHeight, "fill=\"#f4f4f4\" stroke=\"#fff\"");
    return;
  }
  svg.rect(
      x, y, kCellWidth, kCellHeight, fmt::format("fill=\"{}\" stroke=\"#fff\"", tint(value / map.full_scale)),
      fmt::format("{} against {}: {}, P {}", map.names[row], map.names[column], format_signed(value), format_p(p)));
  const bool marked = p < 0.05;
  svg.text(x + kCellWidth / 2, y + 15, format_signed(value),
           fmt::format("{} class=\"cell{}\"", kCentred, marked ? " strong" : ""));
  svg.text(x + kCellWidth / 2, y + 28, format_p(p),
           fmt::format("{} class=\"tiny{}\"", kCentred, marked ? " strong" : ""));
}

}  // namespace

std::string heat_map(const HeatMap& map) {
  const std::size_t n = map.names.size();
  double left = 40;
  for (const std::string& name : map.names) left = std::max(left, 6.8 * static_cast<double>(name.size()) + 12);
  const double overhang = std::max(0.0, left * 0.85 - kCellWidth / 2);
  Svg svg(left + static_cast<double>(n) * kCellWidth + overhang, kHeadHeight + static_cast<double>(n) * kCellHeight + 2,
          map.title, "chart");
  svg.text(0, 14, map.title, "class=\"title\"");
  for (std::size_t i = 0; i < n; ++i) {
    const double x = left + static_cast<double>(i) * kCellWidth, y = kHeadHeight + static_cast<double>(i) * kCellHeight;
    svg.text(left - 8, y + kCellHeight / 2 + 4, map.names[i], fmt::format("{} class=\"small\"", kRight));
    svg.text(0, 0, map.names[i],
             fmt::format("class=\"small\" transform=\"translate({:.1f} {:.1f}) rotate(-32)\"", x + kCellWidth / 2,
                         kHeadHeight - 7));
    for (std::size_t j = 0; j < n; ++j) heat_cell(svg, map, i, j, left + static_cast<double>(j) * kCellWidth, y);
  }
  return svg.str();
}

namespace {

/// Four significant digits, shortened for large numbers: "1.118e8".
std::string tick_label(double value) {
  if (std::abs(value) >= 1e5) {
    const int power = static_cast<int>(std::floor(std::log10(std::abs(value))));
    return fmt::format("{:.3g}e{}", value / std::pow(10, power), power);
  }
  return fmt::format("{:.4g}", value);
}

}  // namespace

std::string line_chart(std::string_view title, std::string_view x_label, std::string_view y_label,
                       const std::vector<std::pair<double, double>>& points, int marked) {
  std::vector<std::pair<double, double>> kept;
  for (const auto& point : points)
    if (std::isfinite(point.first) && std::isfinite(point.second)) kept.push_back(point);
  if (kept.empty()) return "";
  const auto [low_x, high_x] = std::ranges::minmax_element(kept);
  const double x0 = low_x->first, x1 = high_x->first;
  double y0 = kept[0].second, y1 = y0;
  for (const auto& point : kept) y0 = std::min(y0, point.second), y1 = std::max(y1, point.second);
  const double left = 74, top = 30, width = 330, height = 190;
  const auto x = [&](double v) { return left + 12 + (x1 > x0 ? (v - x0) / (x1 - x0) : 0.5) * (width - 24); };
  const auto y = [&](double v) { return top + 10 + (1 - (y1 > y0 ? (v - y0) / (y1 - y0) : 0.5)) * (height - 20); };

  Svg svg(left + width + 10, top + height + 42, title, "chart");
  svg.text(left, 17, title, "class=\"title\"");
  for (const double v : {y0, (y0 + y1) / 2, y1}) {
    svg.line(left, y(v), left + width, y(v), "stroke=\"#e4e4e4\"");
    svg.text(left - 6, y(v) + 4, tick_label(v), kRight);
  }
  std::vector<std::pair<double, double>> drawn;
  for (const auto& point : kept) {
    drawn.emplace_back(x(point.first), y(point.second));
    svg.text(x(point.first), top + height + 15, tick_label(point.first), kCentred);
  }
  svg.line(left, top + height, left + width, top + height, "stroke=\"#444\"");
  svg.line(left, top, left, top + height, "stroke=\"#444\"");
  svg.path(drawn, "stroke=\"#0072b2\" stroke-width=\"1.8\"");
  for (const auto& [px, py] : drawn) svg.circle(px, py, 3, "fill=\"#0072b2\"");
  if (marked >= 0 && marked < static_cast<int>(points.size())) {
    const auto& chosen = points[static_cast<std::size_t>(marked)];
    svg.circle(x(chosen.first), y(chosen.second), 7, "fill=\"none\" stroke=\"#d55e00\" stroke-width=\"2\"");
  }
  svg.text(left + width / 2, top + height + 35, x_label, kCentred);
  svg.text(0, 0, y_label,
           fmt::format("text-anchor=\"middle\" transform=\"translate(12 {}) rotate(-90)\"", top + height / 2));
  return svg.str();
}

namespace {

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + word;
  }
  return lines;
}

constexpr double kColumn = 236, kLine = 17;
constexpr std::string_view kBox = "fill=\"#fff\" stroke=\"#444\" rx=\"3\"";
constexpr std::string_view kArrow = "stroke=\"#444\" stroke-width=\"1.2\"";

void arrow_down(Svg& svg, double x, double from, double to) {
  svg.line(x, from, x, to, kArrow);
  svg.path({{x - 4, to - 6}, {x, to}, {x + 4, to - 6}}, kArrow);
}

/// The lines under "excluded", each with its count.
std::vector<std::string> loss_lines(const FlowBranch& branch) {
  std::vector<std::string> lines;
  for (const auto& loss : branch.losses) {
    const std::vector<std::string> words = wrapped(fmt::format("{} {}", loss.count, loss.reason), 27);
    for (std::size_t i = 0; i < words.size(); ++i) lines.push_back((i == 0 ? "" : "  ") + words[i]);
  }
  return lines;
}

void flow_column(Svg& svg, const FlowBranch& branch, double left, double top, double bottom) {
  const std::vector<std::string> lines = loss_lines(branch);
  const double trunk = left + 20;
  arrow_down(svg, trunk, top, bottom);
  if (!lines.empty()) {
    const double y = top + 18, height = static_cast<double>(lines.size()) * kLine + 12;
    svg.rect(left + 36, y, kColumn - 52, height, "fill=\"#f7f7f7\" stroke=\"#bbb\" rx=\"3\"");
    svg.line(trunk, y + height / 2, left + 36, y + height / 2, kArrow);
    for (std::size_t i = 0; i < lines.size(); ++i)
      svg.text(left + 44, y + 18 + static_cast<double>(i) * kLine, lines[i], "class=\"small\"");
  }
  svg.rect(left, bottom, kColumn - 16, 48, kBox);
  svg.text(left + (kColumn - 16) / 2, bottom + 20, fmt::format("{}: {}", branch.name, branch.remaining),
           "text-anchor=\"middle\" class=\"strong\"");
  svg.text(left + (kColumn - 16) / 2, bottom + 38, branch.remaining_text, "text-anchor=\"middle\" class=\"small\"");
}

}  // namespace

std::string flow_diagram(std::string_view start, const std::vector<FlowBranch>& branches, std::string_view end) {
  if (branches.empty()) return "";
  std::size_t most = 0;
  for (const FlowBranch& branch : branches) most = std::max(most, loss_lines(branch).size());
  const double width = static_cast<double>(branches.size()) * kColumn - 16 + 2;
  const double middle = 48 + static_cast<double>(most) * kLine + 60;
  const double height = middle + 48 + (end.empty() ? 2 : 70);
  Svg svg(width, height, "Patient flow", "chart");
  svg.rect(1, 1, width - 2, 32, kBox);
  svg.text(width / 2, 22, start, "text-anchor=\"middle\" class=\"strong\"");
  for (std::size_t i = 0; i < branches.size(); ++i) {
    const double left = 1 + static_cast<double>(i) * kColumn;
    flow_column(svg, branches[i], left, 33, middle);
    if (!end.empty()) arrow_down(svg, left + 20, middle + 48, middle + 74);
  }
  if (!end.empty()) {
    svg.rect(1, middle + 74, width - 2, 32, kBox);
    svg.text(width / 2, middle + 95, end, "text-anchor=\"middle\" class=\"strong\"");
  }
  return svg.str();
}

std::string waterfall(std::string_view title, const std::vector<std::pair<std::string, int>>& steps) {
  if (steps.empty()) return "";
  int most = 1;
  for (const auto& step : steps) most = std::max(most, step.second);
  Svg svg(420, 30 + static_cast<double>(steps.size()) * 24, title, "chart");
  svg.text(0, 15, title, "class=\"title\"");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double y = 26 + static_cast<double>(i) * 24, width = 230.0 * steps[i].second / most;
    svg.text(112, y + 14, steps[i].first, kRight);
    svg.rect(120, y + 2, std::max(width, 1.0), 16, "fill=\"#56b4e9\"");
    svg.text(126 + std::max(width, 1.0), y + 14, fmt::format("{}", steps[i].second));
  }
  return svg.str();
}

}  // namespace radiopath::training
