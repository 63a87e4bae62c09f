#include "training/svg.h"

#include <fmt/format.h>

#include <array>

#include "training/html.h"

namespace radiopath::training {
namespace {

std::string number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace

Svg::Svg(double width, double height, std::string_view title, std::string_view css) {
  text_ = fmt::format(
      "<svg class=\"{}\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{}\">\n", css,
      number(width), number(height), number(width), number(height), escape_html(title));
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view style) {
  text_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" {}/>\n", number(x1), number(y1), number(x2),
                       number(y2), style);
}

void Svg::path(const std::vector<std::pair<double, double>>& points, std::string_view style) {
  if (points.empty()) return;
  text_ += "<path fill=\"none\" d=\"";
  for (std::size_t i = 0; i < points.size(); ++i)
    text_ += fmt::format("{}{} {}", i == 0 ? "M" : "L", number(points[i].first), number(points[i].second));
  text_ += fmt::format("\" {}/>\n", style);
}

void Svg::rect(double x, double y, double width, double height, std::string_view style, std::string_view tip) {
  text_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {}", number(x), number(y), number(width),
                       number(height), style);
  text_ += tip.empty() ? "/>\n" : fmt::format("><title>{}</title></rect>\n", escape_html(tip));
}

void Svg::circle(double x, double y, double radius, std::string_view style) {
  text_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {}/>\n", number(x), number(y), number(radius), style);
}

void Svg::text(double x, double y, std::string_view words, std::string_view style) {
  text_ += fmt::format("<text x=\"{}\" y=\"{}\" {}>{}</text>\n", number(x), number(y), style, escape_html(words));
}

std::string Svg::str() const { return text_ + "</svg>\n"; }

namespace {
constexpr std::array<std::string_view, 7> kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                      "#56b4e9", "#e69f00", "#777777"};
constexpr std::array<std::string_view, 3> kDashes = {"none", "7 3", "2 3"};
}  // namespace

std::string_view series_colour(int index) { return kColours[static_cast<std::size_t>(index) % kColours.size()]; }

std::string_view series_dash(int index) {
  return kDashes[static_cast<std::size_t>(index) / kColours.size() % kDashes.size()];
}

}  // namespace radiopath::training
