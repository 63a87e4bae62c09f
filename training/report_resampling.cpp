#include <cmath>

#include "training/html.h"
#include "training/report_sections.h"

namespace radiopath::training {

std::string resampling_section(const ReportInputs& inputs) {
  if (inputs.resampled.empty()) return "";
  HtmlTable table({"AUC, or what is named", "Value", "95 % interval", "P"}, "words");
  std::string modality;
  for (const auto& line : inputs.resampled) {
    if (line.modality != modality) table.band(escape_html(modality = line.modality));
    const bool interval = !std::isnan(line.lower);
    table.row({escape_html(line.what), format_fixed(line.value),
               interval ? format_fixed(line.lower) + " to " + format_fixed(line.upper) : "",
               std::isnan(line.p) ? "" : format_p(line.p)});
  }
  return "<h2 id=\"resampling\">Whole chains repeated on the training patients</h2>\n<p>Imputation, selection, tuning "
         "and fit "
         "happen again in every resample; habitats, encoder and visual words do not. Optimism: Harrell 1996, interval "
         "by Noma "
         "2021; .632+: Efron and Tibshirani 1997; t-test corrected for overlapping training sets: Nadeau and Bengio "
         "2003; "
         "permutations: Ojala and Garriga 2010; stability: Nogueira 2018.</p>\n" +
         table.html();
}

}  // namespace radiopath::training
