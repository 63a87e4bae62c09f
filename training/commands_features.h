#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace radiopath::training {

/// Adds `radiopath features`: radiomics of one image or of a table of images, without a study. The function runs it and
/// gives the exit status.
std::function<int()> add_features(CLI::App& app);

}  // namespace radiopath::training
