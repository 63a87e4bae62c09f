#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace radiopath::training {

/// A drawing as inline SVG. Coordinates in user units, y downwards; numbers are written with at most two decimals, so
/// that the same drawing has the same bytes. `style` arguments are attributes written as they are.
class Svg {
 public:
  /// `title` is what a screen reader says.
  Svg(double width, double height, std::string_view title, std::string_view css = "");

  void line(double x1, double y1, double x2, double y2, std::string_view style);
  void path(const std::vector<std::pair<double, double>>& points, std::string_view style);
  void rect(double x, double y, double width, double height, std::string_view style, std::string_view tip = "");
  void circle(double x, double y, double radius, std::string_view style);
  void text(double x, double y, std::string_view words, std::string_view style = "");
  std::string str() const;

 private:
  std::string text_;
};

/// Okabe & Ito's colours, which colour-blind readers can tell apart (yellow left out: too pale for a line on white);
/// a dash pattern for the second and third time round, so that no two of 21 look alike; black is kept for emphasis.
std::string_view series_colour(int index);
std::string_view series_dash(int index);  ///< a stroke-dasharray; "none" at first

}  // namespace radiopath::training
