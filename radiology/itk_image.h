#pragma once

// For the sources of this folder that call ITK; never included by a header.

#include <itkImage.h>
#include <itkImportImageFilter.h>

#include <algorithm>

#include "radiology/volume.h"

namespace radiopath::radiology {

template <class Voxel>
using ItkImage = itk::Image<Voxel, 3>;

/// Silences ITK and makes its globals, once. ITK keeps them in one std::map (itk::SingletonIndex) which every first use
/// fills without a lock: two patients read at the same time could end the program.
void prepare_itk();

/// A new ITK object; the only way this folder makes one.
template <class Object>
typename Object::Pointer make_itk() {
  prepare_itk();
  return Object::New();
}

/// Gives an ITK image the size and geometry of `grid`.
template <class Image>
void set_grid(Image& image, const Grid& grid) {
  typename Image::RegionType region;
  typename Image::SpacingType spacing;
  typename Image::PointType origin;
  typename Image::DirectionType direction;
  for (unsigned a = 0; a < 3; ++a) {
    region.SetSize(a, static_cast<itk::SizeValueType>(grid.size[a]));
    spacing[a] = grid.spacing_mm[a];
    origin[a] = grid.origin[a];
    for (unsigned row = 0; row < 3; ++row) direction[row][a] = grid.direction[3 * row + a];
  }
  image.SetRegions(region);
  image.SetSpacing(spacing);
  image.SetOrigin(origin);
  image.SetDirection(direction);
}

/// A copy of the voxels as an ITK image.
template <class Voxel>
typename ItkImage<Voxel>::Pointer to_itk(const Grid& grid, const std::vector<Voxel>& voxels) {
  auto image = make_itk<ItkImage<Voxel>>();
  set_grid(*image, grid);
  image->Allocate();
  std::copy(voxels.begin(), voxels.end(), image->GetBufferPointer());
  return image;
}

}  // namespace radiopath::radiology
