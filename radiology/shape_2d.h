#pragma once

#include <span>

#include "radiology/feature.h"
#include "radiology/roi.h"

namespace radiopath::radiology {

/// PyRadiomics' shape2D features of a region that lies in one slice across `slice_axis` (0 = x; force2Ddimension 0 is
/// 2), in mm and mm2, in the order of columns_of(Family::kShape2D). The outline joins the midpoints between inside and
/// outside pixel centres (marching squares); of a square with two inside corners across each is cut off alone.
/// All NaN with a status for an empty region and for one of several slices.
/// Source: PyRadiomics radiomics/shape2D.py, src/cshape.c.
FeatureValues shape_2d_values(const Roi& roi, int slice_axis);

std::span<const FeatureColumn> shape_2d_columns();

}  // namespace radiopath::radiology
