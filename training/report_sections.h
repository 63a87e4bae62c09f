#pragma once

#include <string>

#include "training/report.h"

namespace radiopath::training {

// The sections of the report, each as HTML; "" where the run has nothing to say. For report.cpp only.

std::string finding(const ReportInputs& inputs);  ///< one paragraph, from the numbers, in careful words
std::string comparison_section(const ReportInputs& inputs);
std::string population_section(const ReportInputs& inputs);
std::string roc_section(const ReportInputs& inputs);
std::string pairs_section(const ReportInputs& inputs);
std::string operating_section(const ReportInputs& inputs);
std::string errors_section(const ReportInputs& inputs);
std::string flow_section(const ReportInputs& inputs);
std::string clinical_section(const ReportInputs& inputs);
std::string habitats_section(const ReportInputs& inputs);
std::string selection_section(const ReportInputs& inputs);
std::string resampling_section(const ReportInputs& inputs);
std::string failures_section(const ReportInputs& inputs);
std::string method_section(const ReportInputs& inputs);
std::string provenance_section(const ReportInputs& inputs);

extern const char* const kReportStyle;  ///< CSS

/// "75 patients, 28 events"
std::string counted(int patients, int events);
/// The heading of a subset's rows: its name, patients, events and what weakens its figures.
std::string band_title(Subset subset, const Figures& figures);
/// Class of a model's row: the headline model stands out, in-sample figures recede.
std::string row_css(const Results& results, const std::string& model, Subset subset);

}  // namespace radiopath::training
