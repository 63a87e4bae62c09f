#pragma once

#include <string>

#include "fusion/clinic_coding.h"
#include "fusion/stacking.h"
#include "fusion/unimodal.h"

namespace radiopath::fusion {

// Fitted values as readable JSON, and back: predictions are equal to the bit.

std::string to_json(const ClinicCoding& coding);
std::string to_json(const Encoding& encoding);
std::string to_json(const Selection& selection);
std::string to_json(const Learner& learner);
std::string to_json(const ClinicalModel& model);
std::string to_json(const UnimodalModel& model);
std::string to_json(const StackedModel& model);

/// Reads what to_json wrote: from_json<UnimodalModel>(text), for every type above.
/// Throws InputError when the text is no JSON or lacks a part.
template <class Fitted>
Fitted from_json(const std::string& text);

}  // namespace radiopath::fusion
