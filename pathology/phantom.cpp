#include "pathology/phantom.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "pathology/phantom_textures.h"

namespace radiopath::pathology {
namespace {

using namespace phantom;

constexpr int kCell = 32;       // px between the nodes of the smooth fields
constexpr int kNest = 170;      // of 256: nests take a third of texture B
constexpr double kGlass = 242;  // grey level of bare glass
constexpr double kUnit = 0.01;  // concentration per step of the 8-bit concentration planes

/// Nodes every kCell px, read between them by bilinear interpolation.
struct CoarseField {
  int nodes;
  std::vector<float> values;

  explicit CoarseField(int size_px)
      : nodes((size_px - 1) / kCell + 2), values(static_cast<std::size_t>(nodes) * nodes) {}
  float& node(int i, int j) { return values[static_cast<std::size_t>(j) * nodes + i]; }
  float node(int i, int j) const { return values[static_cast<std::size_t>(j) * nodes + i]; }
  float at(int x, int y) const {
    const int i = x / kCell, j = y / kCell;
    const float u = static_cast<float>(x % kCell) / kCell, v = static_cast<float>(y % kCell) / kCell;
    return (1 - v) * ((1 - u) * node(i, j) + u * node(i + 1, j)) +
           v * ((1 - u) * node(i, j + 1) + u * node(i + 1, j + 1));
  }
  /// Subtracts the value that a share of `kept` of the nodes listed lie above, so that the field is positive there.
  void cut(double kept, const std::vector<std::size_t>& among) {
    std::vector<float> sorted;
    for (const std::size_t k : among) sorted.push_back(values[k]);
    std::sort(sorted.begin(), sorted.end());
    const auto below = static_cast<std::size_t>(std::lround((1 - kept) * static_cast<double>(sorted.size())));
    float level = 0;
    if (below == 0) {
      level = sorted.front() - 1;
    } else if (below == sorted.size()) {
      level = sorted.back() + 1;
    } else {
      level = 0.5F * (sorted[below - 1] + sorted[below]);
    }
    for (float& value : values) value -= level;
  }
};

/// Where tissue is and which texture it has: fields that are positive in tissue and in texture B.
struct Layout {
  CoarseField tissue, texture_b;
  int nests_x, nests_y;  // where the periodic nests begin

  bool in_nest(int x, int y) const { return nest(x, y) >= kNest; }
  int nest(int x, int y) const {
    return textures().nests[static_cast<std::size_t>((y + nests_y) % kPatch) * kPatch + (x + nests_x) % kPatch];
  }
};

Layout lay_out(const SlidePhantom& phantom, Random& random) {
  const int size = phantom.size_px;
  const Waves outline(0.6 * size, random), mixture(600, random);
  Layout layout{CoarseField(size), CoarseField(size), static_cast<int>(random.below(kPatch)),
                static_cast<int>(random.below(kPatch))};
  std::vector<std::size_t> inside, tissue;
  const int nodes = layout.tissue.nodes;
  for (int j = 0; j < nodes; ++j) {
    for (int i = 0; i < nodes; ++i) {
      const double x = i * kCell, y = j * kCell;
      const double radius = std::hypot(x - 0.5 * size, y - 0.5 * size) / (0.5 * size);
      layout.tissue.node(i, j) = static_cast<float>(0.25 * outline.at(x, y) - radius * radius);
      layout.texture_b.node(i, j) = static_cast<float>(mixture.at(x, y));
      if (x < size && y < size) inside.push_back(static_cast<std::size_t>(j) * nodes + i);
    }
  }
  layout.tissue.cut(phantom.tissue_share, inside);
  for (const std::size_t k : inside) {
    if (layout.tissue.values[k] > 0) tissue.push_back(k);
  }
  if (!tissue.empty()) layout.texture_b.cut(phantom.texture_b_share, tissue);
  return layout;
}

/// Concentrations in steps of kUnit.
struct Stained {
  Plane haematoxylin, eosin;
};

/// Stroma everywhere in tissue; between the nests of texture B it is loose. Fills in the shares as painted.
Stained paint_stroma(const SlidePhantom& phantom, const Layout& layout, SlidePicture& picture, Random& random) {
  const int size = phantom.size_px;
  const int shift_x = static_cast<int>(random.below(kPatch)), shift_y = static_cast<int>(random.below(kPatch));
  Stained stained{Plane(static_cast<std::size_t>(size) * size), Plane(static_cast<std::size_t>(size) * size)};
  std::int64_t tissue = 0, texture_b = 0;
  for (int y = 0; y < size; ++y) {
    const std::size_t row = static_cast<std::size_t>(y) * size;
    const std::size_t fine = static_cast<std::size_t>((y + shift_y) % kPatch) * kPatch;
    for (int x = 0; x < size; ++x) {
      const float depth = layout.tissue.at(x, y);
      if (depth <= 0) continue;
      const float b = layout.texture_b.at(x, y);
      ++tissue;
      texture_b += b > 0;
      float eosin = 50.0F + 0.25F * static_cast<float>(textures().stroma[fine + (x + shift_x) % kPatch]);
      if (b > 0) {
        const float loose = static_cast<float>(std::max(0, kNest - layout.nest(x, y))) / kNest;
        eosin *= 1 - std::min(1.0F, 5 * b) * 0.6F * loose;
      }
      stained.eosin[row + x] = static_cast<std::uint8_t>(eosin * std::min(1.0F, depth * 60));
    }
  }
  const double area = static_cast<double>(size) * size;
  picture.tissue_share = static_cast<double>(tissue) / area;
  picture.texture_b_share = tissue > 0 ? static_cast<double>(texture_b) / static_cast<double>(tissue) : 0;
  return stained;
}

void stamp_nucleus(Stained& stained, int size, int x, int y, const Plane& stamp, int darkness) {
  for (int dy = 0; dy < kStamp; ++dy) {
    const int py = y + dy - kStamp / 2;
    if (py < 0 || py >= size) continue;
    for (int dx = 0; dx < kStamp; ++dx) {
      const int px = x + dx - kStamp / 2;
      if (px < 0 || px >= size) continue;
      const int cover = stamp[static_cast<std::size_t>(dy) * kStamp + dx];
      if (cover == 0) continue;
      const std::size_t k = static_cast<std::size_t>(py) * size + px;
      stained.haematoxylin[k] = std::max(stained.haematoxylin[k], static_cast<std::uint8_t>(cover * darkness / 256));
      stained.eosin[k] = static_cast<std::uint8_t>(stained.eosin[k] * (256 - cover) / 256);  // a nucleus displaces it
    }
  }
}

void paint_nuclei(Stained& stained, const SlidePhantom& phantom, const Layout& layout, Random& random) {
  const int size = phantom.size_px;
  for (int cy = 0; cy < size; cy += kCell) {
    for (int cx = 0; cx < size; cx += kCell) {
      for (int n = 0; n < 12; ++n) {
        const std::uint64_t bits = random.next();
        const int x = cx + static_cast<int>(bits & 31), y = cy + static_cast<int>(bits >> 5 & 31);
        const auto shape = static_cast<std::size_t>((bits >> 10 & 1023) * kStamps >> 10);
        const int darkness = static_cast<int>(bits >> 20 & 31);
        if (x >= size || y >= size || layout.tissue.at(x, y) <= 0.01F) continue;
        if (layout.texture_b.at(x, y) > 0) {
          if (n < 6 && layout.in_nest(x, y))
            stamp_nucleus(stained, size, x, y, textures().nuclei_b[shape], 170 + darkness);
        } else if (n < 4) {
          stamp_nucleus(stained, size, x, y, textures().nuclei_a[shape], 150 + darkness);
        }
      }
    }
  }
}

/// Beer–Lambert through fixed-point tables: transmission of each stain at each of the 256 steps.
void develop(const Stained& stained, const SlidePhantom& phantom, std::vector<std::uint8_t>& rgb, Random& random) {
  std::array<std::array<std::uint32_t, 256>, 3> haematoxylin, eosin;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t step = 0; step < 256; ++step) {
      const double amount = kUnit * static_cast<double>(step);
      haematoxylin[c][step] = static_cast<std::uint32_t>(65535 * std::exp(-amount * phantom.stains.haematoxylin[c]));
      eosin[c][step] = static_cast<std::uint32_t>(kGlass * 256 * std::exp(-amount * phantom.stains.eosin[c]));
    }
  }
  std::vector<std::int8_t> noise(std::size_t{1} << 16);
  for (auto& n : noise)
    n = static_cast<std::int8_t>(std::lround(std::clamp(random.normal(0, phantom.noise), -100.0, 100.0)));
  const std::size_t pixels = stained.eosin.size();
  rgb.resize(3 * pixels);
  std::size_t at = random.below(noise.size());
  for (std::size_t k = 0; k < pixels; ++k) {
    if (k % 4096 == 0) at = random.below(noise.size());
    const std::uint8_t h = stained.haematoxylin[k], e = stained.eosin[k];
    for (std::size_t c = 0; c < 3; ++c, ++at) {
      const auto light = static_cast<int>((haematoxylin[c][h] * eosin[c][e] + (1U << 23)) >> 24);
      rgb[3 * k + c] = static_cast<std::uint8_t>(std::clamp(light + noise[at & 0xffff], 0, 255));
    }
  }
}

}  // namespace

StainColours jittered(const StainColours& stains, double sd_degrees, Random& random) {
  const auto turn = [&](const std::array<double, 3>& vector) {
    std::array<double, 3> step{random.normal(), random.normal(), random.normal()};
    double along = 0, length = 0;
    for (std::size_t c = 0; c < 3; ++c) along += step[c] * vector[c];
    for (std::size_t c = 0; c < 3; ++c) length += std::pow(step[c] -= along * vector[c], 2);
    const double angle = random.normal(0, sd_degrees) * std::numbers::pi / 180;
    std::array<double, 3> turned{};
    double norm = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      turned[c] = std::max(0.0, std::cos(angle) * vector[c] + std::sin(angle) * step[c] / std::sqrt(length));
      norm += turned[c] * turned[c];
    }
    for (double& t : turned) t /= std::sqrt(norm);
    return turned;
  };
  const auto haematoxylin = turn(stains.haematoxylin);
  return {haematoxylin, turn(stains.eosin)};
}

SlidePicture paint_slide(const SlidePhantom& phantom, Random& random) {
  const auto share = [](double s) { return s >= 0 && s <= 1; };
  if (phantom.size_px < 256 || !share(phantom.tissue_share) || !share(phantom.texture_b_share)) {
    throw std::logic_error("paint_slide: size below 256 px, or a share outside [0, 1]");
  }
  SlidePicture picture;
  picture.size_px = phantom.size_px;
  const Layout layout = lay_out(phantom, random);
  Stained stained = paint_stroma(phantom, layout, picture, random);
  paint_nuclei(stained, phantom, layout, random);
  develop(stained, phantom, picture.rgb, random);
  return picture;
}

double write_slide_phantom(const std::filesystem::path& file, const SlidePhantom& phantom, Random& random) {
  const SlidePicture picture = paint_slide(phantom, random);
  write_slide(file, picture, phantom.um_per_px, phantom.levels);
  return picture.texture_b_share;
}

}  // namespace radiopath::pathology
