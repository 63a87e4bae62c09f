#include "training/report.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "training/html.h"
#include "training/report_sections.h"

namespace radiopath::training {
namespace {

struct Section {
  std::string anchor, title, html;
};

std::vector<Section> sections_of(const ReportInputs& inputs) {
  return {{"comparison", "Comparison", comparison_section(inputs)},
          {"roc", "ROC curves", roc_section(inputs)},
          {"pairs", "Model against model", pairs_section(inputs)},
          {"operating", "Thresholds", operating_section(inputs)},
          {"own", "All patients of each model", population_section(inputs)},
          {"patients", "Patients", flow_section(inputs)},
          {"clinical", "Clinical model", clinical_section(inputs)},
          {"habitats", "Habitats", habitats_section(inputs)},
          {"models", "Selection and models", selection_section(inputs)},
          {"resampling", "Resampling", resampling_section(inputs)},
          {"errors", "Where it does worse", errors_section(inputs)},
          {"failures", "Failures", failures_section(inputs)},
          {"method", "How it was done", method_section(inputs)},
          {"settings", "Settings", provenance_section(inputs)}};
}

std::string header_of(const ReportInputs& inputs) {
  const std::string title =
      inputs.name.empty() ? "Comparison of models" : escape_html(inputs.name) + ": comparison of models";
  return fmt::format(
      "<h1>{}</h1>\n<p class=\"sub\">{} models compared; outcome 1 is the event.</p>\n"
      "<p class=\"warning\">Research use only. Not for clinical use.</p>\n",
      title, inputs.results.models.size());
}

}  // namespace

std::string report_html(const ReportInputs& inputs) {
  const std::vector<Section> sections = sections_of(inputs);
  std::string navigation = "<nav>", body;
  for (const Section& section : sections) {
    if (section.html.empty()) continue;
    navigation += fmt::format("<a href=\"#{}\">{}</a>\n", section.anchor, section.title);
    body += "<section>\n" + section.html + "</section>\n";
  }
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         escape_html(inputs.name.empty() ? "radiopath report" : inputs.name + ", radiopath report") +
         "</title>\n<style>" + kReportStyle + "</style>\n</head>\n<body>\n<main>\n" + header_of(inputs) +
         finding(inputs) + navigation + "</nav>\n" + body +
         "<footer>Made by radiopath from predictions.csv and results.json of this run, which hold every figure. "
         "Research use only: not for clinical use.</footer>\n</main>\n</body>\n</html>\n";
}

}  // namespace radiopath::training
