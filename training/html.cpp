#include "training/html.h"

#include <fmt/format.h>

#include <cmath>

namespace radiopath::training {
namespace {

constexpr std::string_view kDash = "–", kMinus = "−";

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
          out += "\xEF\xBF\xBD";
        else
          out += c;
    }
  }
  return out;
}

std::string format_fixed(double value, int digits) {
  if (std::isnan(value)) return std::string(kDash);
  std::string text = fmt::format("{:.{}f}", std::abs(value), digits);
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return value < 0 && !zero ? fmt::format("{}{}", kMinus, text) : text;
}

std::string format_signed(double value, int digits) {
  const std::string text = format_fixed(value, digits);
  return value > 0 && text.find_first_not_of("0.") != std::string::npos ? fmt::format("+{}", text) : text;
}

std::string format_interval(double value, double lower, double upper, int digits) {
  if (std::isnan(value)) return std::string(kDash);
  if (std::isnan(lower) || std::isnan(upper)) return format_fixed(value, digits);
  return fmt::format("{} [{}, {}]", format_fixed(value, digits), format_fixed(lower, digits),
                     format_fixed(upper, digits));
}

std::string format_p(double p) {
  if (!std::isnan(p) && p < 0.001) return "< 0.001";
  return format_fixed(p, 3);
}

std::string format_count(std::int64_t value) {
  const std::string digits = fmt::format("{}", value);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool group = i > 0 && digits[i - 1] != '-' && (digits.size() - i) % 3 == 0;
    if (group) text += ',';
    text += digits[i];
  }
  return text;
}

HtmlTable::HtmlTable(std::vector<std::string> header, std::string css) : columns_(header.size()) {
  text_ = fmt::format("<div class=\"scroll\"><table class=\"{}\">\n<thead><tr>", css);
  for (const std::string& cell : header) text_ += fmt::format("<th scope=\"col\">{}</th>", cell);
  text_ += "</tr></thead>\n<tbody>\n";
}

void HtmlTable::row(const std::vector<std::string>& cells, std::string_view css) {
  text_ += css.empty() ? "<tr>" : fmt::format("<tr class=\"{}\">", css);
  for (std::size_t i = 0; i < cells.size(); ++i)
    text_ += i == 0 ? fmt::format("<th scope=\"row\">{}</th>", cells[i]) : fmt::format("<td>{}</td>", cells[i]);
  text_ += "</tr>\n";
}

void HtmlTable::band(std::string_view text) {
  text_ += fmt::format("</tbody>\n<tbody><tr class=\"band\"><th scope=\"rowgroup\" colspan=\"{}\">{}</th></tr>\n",
                       columns_, text);
}

std::string HtmlTable::html() const { return text_ + "</tbody></table></div>\n"; }

}  // namespace radiopath::training
