#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace radiopath::training {

/// Adds `radiopath statistics roc|compare|calibration|decision|logistic|table1|icc|survival|paper-table FILE.csv`; the
/// function that is returned runs the one that was parsed and gives the exit status.
std::function<int()> add_statistics(CLI::App& app);

}  // namespace radiopath::training
