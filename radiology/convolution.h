#pragma once

#include <array>
#include <functional>
#include <vector>

#include "radiology/boundary.h"
#include "radiology/filters.h"

namespace radiopath::radiology {

/// One kernel of odd length per axis, centred on its middle; empty: nothing is done along that axis.
using SeparableKernel = std::array<std::vector<double>, 3>;

/// response(v) = sum over k of kernel(k) image(v - k), axis by axis, x first. Throws InputError for an even kernel.
Image convolve(const Image& image, const SeparableKernel& kernel, Boundary boundary);

/// How responses to rotated kernels become one; none: the kernel as it is.
enum class Pooling { none, max, mean };
Pooling pooling_named(const std::string& name);

/// Voxel-wise pooling over the right-angle rotations of the kernels: 24 in a volume, 4 in slices. `respond` gets the
/// kernels turned together, one after the other in the order given.
/// Source: IBSI-2 reference manual, section 2.3 (separable filters).
Image pooled_over_rotations(const std::vector<SeparableKernel>& kernels, Extent extent, Pooling pooling,
                            const std::function<Image(const std::vector<SeparableKernel>&)>& respond);

/// `into` with `from` pooled in; for the mean, divide by the number of responses afterwards.
void pool(Image& into, const Image& from, Pooling pooling);

}  // namespace radiopath::radiology
