#include "radiology/phantom.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

namespace radiopath::radiology {
namespace {

constexpr std::array<double, 3> kFieldOfView = {192, 192, 96};  // mm

/// T2, CE, DWI, ADC of one tissue.
using Signal = std::array<double, 4>;
constexpr std::array<Signal, 4> kHabitats = {{
    {520, 500, 420, 1250},  // 1: moderate everywhere
    {580, 850, 440, 1350},  // 2: strongest CE
    {430, 540, 780, 780},   // 3: highest DWI, lowest ADC
    {900, 240, 180, 2350},  // 4: highest ADC, lowest CE and DWI
}};
constexpr Signal kSoftTissue = {260, 330, 300, 1500};
constexpr Signal kFat = {700, 420, 110, 250};
constexpr Signal kAir = {0, 0, 0, 0};
constexpr Signal kNoise = {30, 30, 30, 60};

/// A smooth random field: waves of `wavelength_mm` (within a factor of two) in random directions, about unit variance.
struct Waves {
  std::array<std::array<double, 4>, 16> waves;  // frequency in x, y, z, phase

  Waves(double wavelength_mm, Random& random) {
    for (auto& [fx, fy, fz, phase] : waves) {
      const double x = random.normal(), y = random.normal(), z = random.normal();
      const double frequency = 2 * std::numbers::pi / (wavelength_mm * random.uniform(0.7, 1.4));
      const double scale = frequency / std::sqrt(x * x + y * y + z * z);
      fx = scale * x;
      fy = scale * y;
      fz = scale * z;
      phase = random.uniform(0, 2 * std::numbers::pi);
    }
  }
  double at(const std::array<double, 3>& p) const {
    double sum = 0;
    for (const auto& [fx, fy, fz, phase] : waves) sum += std::cos(fx * p[0] + fy * p[1] + fz * p[2] + phase);
    return sum / std::sqrt(waves.size() / 2.0);
  }
};

Grid grid_of(const std::array<int, 3>& size) {
  Grid grid;
  grid.size = size;
  for (std::size_t a = 0; a < 3; ++a) {
    grid.spacing_mm[a] = kFieldOfView[a] / size[a];
    grid.origin[a] = -0.5 * grid.spacing_mm[a] * (size[a] - 1);  // the field of view is centred
  }
  return grid;
}

/// Calls f(voxel, position in mm) for every voxel in storage order.
template <class F>
void for_each_voxel(const Grid& grid, F&& f) {
  std::size_t voxel = 0;
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) f(voxel++, grid.position_mm(x, y, z));
    }
  }
}

/// An ellipsoid with a wavy surface somewhere near the middle.
LabelMap paint_lesion(const Grid& grid, Random& random) {
  LabelMap lesion{grid, std::vector<std::int16_t>(static_cast<std::size_t>(grid.voxel_count()))};
  const std::array<double, 3> axes = {random.uniform(34, 44), random.uniform(32, 40), random.uniform(32, 38)};
  const std::array<double, 3> centre = {random.uniform(-25, 25), random.uniform(-15, 15), random.uniform(-5, 5)};
  const Waves surface(60, random);
  for_each_voxel(grid, [&](std::size_t voxel, const std::array<double, 3>& p) {
    double r2 = 0;
    for (std::size_t a = 0; a < 3; ++a) r2 += std::pow((p[a] - centre[a]) / axes[a], 2);
    if (r2 < 1.6 && r2 + 0.15 * surface.at(p) < 1) lesion.voxels[voxel] = 1;
  });
  return lesion;
}

/// The lesion's voxels in the order of a smooth field, cut into four so that each habitat has its share to the voxel.
LabelMap paint_habitats(const LabelMap& lesion, const std::array<double, 4>& shares, Random& random) {
  LabelMap habitats{lesion.grid, std::vector<std::int16_t>(lesion.voxels.size())};
  const Waves field(55, random);
  std::vector<std::pair<double, std::size_t>> ranked;
  for_each_voxel(lesion.grid, [&](std::size_t voxel, const std::array<double, 3>& p) {
    if (lesion.voxels[voxel] != 0) ranked.emplace_back(field.at(p), voxel);
  });
  std::sort(ranked.begin(), ranked.end());
  constexpr std::array<std::size_t, 4> kNeighbours = {3, 0, 2, 1};  // 4 lies beside 1, 1 beside 3, 3 beside 2
  double share = 0;
  std::size_t done = 0;
  for (const std::size_t h : kNeighbours) {
    share += shares[h];
    const auto end =
        std::min(ranked.size(), static_cast<std::size_t>(std::lround(share * static_cast<double>(ranked.size()))));
    for (; done < end; ++done) habitats.voxels[ranked[done].second] = static_cast<std::int16_t>(h + 1);
  }
  return habitats;
}

const Signal& surroundings(const std::array<double, 3>& p) {
  const double outer = std::hypot(p[0] / 90, p[1] / 75), inner = std::hypot(p[0] / 78, p[1] / 63);
  return outer > 1 ? kAir : inner > 1 ? kFat : kSoftTissue;
}

/// The habitats of this patient: each signal within some per cent of the pattern's.
std::array<Signal, 4> individual_habitats(double noise, Random& random) {
  std::array<Signal, 4> habitats = kHabitats;
  for (Signal& habitat : habitats) {
    for (double& signal : habitat) signal *= 1 + 0.03 * noise * std::clamp(random.normal(), -2.0, 2.0);
  }
  return habitats;
}

}  // namespace

MriPicture paint_mri(const MriPhantom& phantom, Random& random) {
  const auto& [share_1, share_2, share_3, share_4] = phantom.habitat_shares;
  const double lowest = std::min({share_1, share_2, share_3, share_4});
  if (phantom.size[0] < 16 || phantom.size[1] < 16 || phantom.size[2] < 8 || lowest < 0 ||
      std::abs(share_1 + share_2 + share_3 + share_4 - 1) > 1e-9) {
    throw std::logic_error("paint_mri: fewer than 16 x 16 x 8 voxels, or shares that do not sum to 1");
  }
  const Grid grid = grid_of(phantom.size);
  MriPicture picture;
  picture.lesion = paint_lesion(grid, random);
  picture.habitats = paint_habitats(picture.lesion, phantom.habitat_shares, random);
  const std::array<Signal, 4> habitats = individual_habitats(phantom.noise, random);
  const std::array<Volume*, 4> volumes = {&picture.t2, &picture.ce, &picture.dwi, &picture.adc};
  for (Volume* volume : volumes) *volume = {grid, std::vector<float>(picture.lesion.voxels.size())};
  for_each_voxel(grid, [&](std::size_t voxel, const std::array<double, 3>& p) {
    const int habitat = picture.habitats.voxels[voxel];
    const Signal& signal = habitat > 0 ? habitats[static_cast<std::size_t>(habitat - 1)] : surroundings(p);
    for (std::size_t s = 0; s < 4; ++s) {
      double value =
          std::abs(signal[s] + phantom.noise * kNoise[s] * random.normal());  // magnitude images are positive
      if (s < 3) value = std::max(0.0, phantom.scanner.gain[s] * value + phantom.scanner.offset[s]);
      volumes[s]->voxels[voxel] = static_cast<float>(std::lround(value));
    }
  });
  return picture;
}

void write_mri(const std::filesystem::path& folder, const MriPicture& picture) {
  write_volume(folder / "t2.nii.gz", picture.t2);
  write_volume(folder / "ce.nii.gz", picture.ce);
  write_volume(folder / "dwi.nii.gz", picture.dwi);
  write_volume(folder / "adc.nii.gz", picture.adc);
  write_label_map(folder / "lesion.nrrd", picture.lesion);
  write_label_map(folder / "habitats_truth.nrrd", picture.habitats);
}

}  // namespace radiopath::radiology
