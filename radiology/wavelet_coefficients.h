#pragma once

#include <string>
#include <vector>

namespace radiopath::radiology {

struct WaveletTable {
  std::string name;
  std::vector<double> scaling;            ///< reconstruction low-pass filter
  std::vector<double> decomposition_low;  ///< empty for orthogonal wavelets: the scaling filter reversed
};

const std::vector<WaveletTable>& wavelet_tables();

}  // namespace radiopath::radiology
