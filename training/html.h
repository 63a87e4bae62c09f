#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace radiopath::training {

/// `text` as HTML text or attribute value: & < > " ' escaped; control characters become U+FFFD.
std::string escape_html(std::string_view text);

/// "0.731"; NaN gives an en dash, because 0/0 is neither 0 nor 1.
std::string format_fixed(double value, int digits = 3);
/// "+0.031", with a true minus sign; NaN gives an en dash.
std::string format_signed(double value, int digits = 3);
/// "0.731 [0.630, 0.833]".
std::string format_interval(double value, double lower, double upper, int digits = 3);
/// "0.041", "< 0.001"; NaN gives an en dash.
std::string format_p(double p);

/// "1,283,344"
std::string format_count(std::int64_t value);

/// A table built row by row; cells are HTML already.
class HtmlTable {
 public:
  /// `css`: further class names.
  explicit HtmlTable(std::vector<std::string> header, std::string css = "");

  void row(const std::vector<std::string>& cells, std::string_view css = "");  ///< first cell is the row's header
  void band(std::string_view text);                                            ///< a row that heads the next ones
  std::string html() const;  ///< in a box that scrolls sideways on narrow screens

 private:
  std::size_t columns_;
  std::string text_;
};

}  // namespace radiopath::training
