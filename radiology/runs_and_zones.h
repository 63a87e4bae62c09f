#pragma once

#include "radiology/level_box.h"
#include "radiology/texture_matrices.h"

namespace radiopath::radiology {

/// GLRLM, GLSZM and GLDZM, as far as wanted, into `matrices`; `Code` as LevelBox has it.
template <class Code>
void count_runs_and_zones(const LevelBox<Code>& box, Rows rows, const MatrixOptions& options,
                          TextureMatrices& matrices);

extern template void count_runs_and_zones(const LevelBox<std::uint8_t>&, Rows, const MatrixOptions&, TextureMatrices&);
extern template void count_runs_and_zones(const LevelBox<std::uint16_t>&, Rows, const MatrixOptions&, TextureMatrices&);
extern template void count_runs_and_zones(const LevelBox<std::int32_t>&, Rows, const MatrixOptions&, TextureMatrices&);

}  // namespace radiopath::radiology
