#include "pathology/slide.h"

#include <fmt/format.h>
#include <openslide/openslide.h>
#include <tiffio.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/error.h"
#include "core/parallel.h"
#include "core/table.h"

namespace radiopath::pathology {
namespace {

constexpr double kMinUmPerPx = 0.05;
constexpr double kMaxUmPerPx = 5.0;
constexpr double kNearScale = 0.01;
constexpr double kAnisotropy = 0.05;  // more than this between x and y is worth a word

bool plausible(double um_per_px) { return um_per_px >= kMinUmPerPx && um_per_px <= kMaxUmPerPx; }

/// libtiff would print its complaints over the progress line; OpenSlide reports what matters.
void silence_libtiff() {
  [[maybe_unused]] static const bool once = [] {
    TIFFSetWarningHandler(nullptr);
    TIFFSetErrorHandler(nullptr);
    return true;
  }();
}

double property(openslide_t* slide, const char* name) {
  const char* text = openslide_get_property_value(slide, name);
  return text ? parse_double(text).value_or(NAN) : NAN;
}

/// µm/px from TIFF's pixels per unit; NaN without resolution or unit.
double tiff_um_per_px(openslide_t* slide, const char* name) {
  const char* unit_text = openslide_get_property_value(slide, "tiff.ResolutionUnit");
  const std::string unit = unit_text ? unit_text : "";
  const double um_per_unit = unit == "centimeter" ? 10000.0 : unit == "inch" ? 25400.0 : NAN;
  return um_per_unit / property(slide, name);
}

std::string described(double x, double y) {
  return x == y ? fmt::format("{:.4g} µm/px", x) : fmt::format("{:.4g} and {:.4g} µm/px in x and y", x, y);
}

/// The first plausible statement, in order of trust; `note` tells of the implausible ones passed over.
Scale find_scale(openslide_t* slide, const std::string& file, const ScaleConfig& config) {
  const double power = property(slide, OPENSLIDE_PROPERTY_NAME_OBJECTIVE_POWER);
  const double guess = config.from_objective ? 10.0 / power : NAN;
  const double given = config.um_per_px > 0 ? config.um_per_px : NAN;
  const Scale candidates[] = {
      {property(slide, OPENSLIDE_PROPERTY_NAME_MPP_X), property(slide, OPENSLIDE_PROPERTY_NAME_MPP_Y), "slide", ""},
      {tiff_um_per_px(slide, "tiff.XResolution"), tiff_um_per_px(slide, "tiff.YResolution"), "TIFF resolution", ""},
      {given, given, "config", ""},
      {guess, guess, "objective power (guess)", ""},
  };
  std::string implausible;
  for (Scale scale : candidates) {
    if (std::isnan(scale.um_per_px_x) || std::isnan(scale.um_per_px_y)) continue;
    if (plausible(scale.um_per_px_x) && plausible(scale.um_per_px_y)) {
      scale.note = implausible;
      if (std::abs(scale.um_per_px_x / scale.um_per_px_y - 1) > kAnisotropy)
        scale.note += (scale.note.empty() ? "" : "; ") + std::string("pixels are not square: ") +
                      described(scale.um_per_px_x, scale.um_per_px_y);
      return scale;
    }
    implausible += fmt::format("{}its {} says {}", implausible.empty() ? "" : "; ", scale.source,
                               described(scale.um_per_px_x, scale.um_per_px_y));
  }
  const std::string found = implausible.empty()
                                ? "states no scale (neither openslide.mpp nor a TIFF resolution with unit)"
                                : fmt::format("states no plausible scale: {}, expected {} to {} µm/px", implausible,
                                              kMinUmPerPx, kMaxUmPerPx);
  const std::string hint =
      std::isnan(power)
          ? ""
          : fmt::format(" (its objective power is {:g}: from_objective = true would guess {:g})", power, 10.0 / power);
  throw InputError(
      fmt::format("{}: the slide {}; add the scanner's value to the config: [pathology.scale] um_per_px = "
                  "…{}",
                  file, found, hint));
}

/// `region` from premultiplied BGRA: what OpenSlide returns, resized with its alpha so that absent pixels do not bleed.
Region to_region(const cv::Mat& bgra) {
  Region region{Raster(bgra.cols, bgra.rows), {}};
  region.state.resize(static_cast<std::size_t>(bgra.cols) * bgra.rows);
  for (int y = 0; y < bgra.rows; ++y) {
    const auto* source = bgra.ptr<cv::Vec4b>(y);
    std::uint8_t* target = region.image.row(y);
    Pixel* state = region.state.data() + static_cast<std::size_t>(y) * bgra.cols;
    for (int x = 0; x < bgra.cols; ++x, target += 3) {
      const int alpha = source[x][3];
      state[x] = alpha >= 128 ? Pixel::present : Pixel::absent;
      if (alpha < 128) continue;
      for (int c = 0; c < 3; ++c)
        target[c] = alpha == 255
                        ? source[x][2 - c]
                        : static_cast<std::uint8_t>(std::min(255, (source[x][2 - c] * 255 + alpha / 2) / alpha));
    }
  }
  return region;
}

}  // namespace

struct Slide::Handle {
  explicit Handle(const std::filesystem::path& file) : slide(openslide_open(file.c_str())) {}
  ~Handle() {
    if (slide) openslide_close(slide);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  const char* error() const { return slide ? openslide_get_error(slide) : "not a file that OpenSlide recognises"; }

  openslide_t* slide;
};

double Region::share(Pixel wanted) const {
  const auto count = std::count(state.begin(), state.end(), wanted);
  return state.empty() ? 0 : static_cast<double>(count) / static_cast<double>(state.size());
}

Slide::Slide(const std::filesystem::path& file, const ScaleConfig& config) : file_(file) {
  silence_libtiff();
  std::error_code error;
  const auto bytes = std::filesystem::file_size(file, error);
  if (error) throw InputError(file.string() + ": slide cannot be read: " + error.message());
  handle_ = std::make_unique<Handle>(file);
  if (const char* reason = handle_->error())
    throw InputError(
        fmt::format("{} ({} bytes): not a readable slide: {}; expected SVS, tiled TIFF or another format of "
                    "OpenSlide {}; was the copy interrupted?",
                    file.string(), bytes, reason, openslide_get_version()));
  scale_ = find_scale(handle_->slide, file.string(), config);
  openslide_get_level0_dimensions(handle_->slide, &width_, &height_);
  for (int level = 0; level < openslide_get_level_count(handle_->slide); ++level)
    downsamples_.push_back(openslide_get_level_downsample(handle_->slide, level));
}

Slide::~Slide() = default;
Slide::Slide(Slide&&) noexcept = default;
Slide& Slide::operator=(Slide&&) noexcept = default;

int Slide::level_for(double downsample) const {
  int best = 0;
  for (int level = 1; level < static_cast<int>(downsamples_.size()); ++level)
    if (downsamples_[level] <= downsample * 1.001 && downsamples_[level] > downsamples_[best]) best = level;
  return best;
}

double Slide::level_scale_near(double um_per_px) const {
  for (double downsample : downsamples_) {
    const double x = downsample * scale_.um_per_px_x, y = downsample * scale_.um_per_px_y;
    if (x == y && std::abs(x / um_per_px - 1) < kNearScale) return x;
  }
  return um_per_px;
}

std::optional<Region> Slide::read(std::int64_t x_level0, std::int64_t y_level0, int width, int height,
                                  double um_per_px) {
  const double factor_x = um_per_px / scale_.um_per_px_x;  // level-0 px per wanted px
  const double factor_y = um_per_px / scale_.um_per_px_y;
  const int level = level_for(std::min(factor_x, factor_y));
  const auto level_width = std::max(1L, std::lround(width * factor_x / downsamples_[level]));
  const auto level_height = std::max(1L, std::lround(height * factor_y / downsamples_[level]));
  cv::Mat argb(static_cast<int>(level_height), static_cast<int>(level_width), CV_8UC4);
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (handle_->slide && !handle_->error())
      openslide_read_region(handle_->slide, argb.ptr<std::uint32_t>(), x_level0, y_level0, level, level_width,
                            level_height);
    if (!handle_->error()) {
      if (argb.cols != width || argb.rows != height) {
        cv::Mat resized;
        cv::resize(argb, resized, {width, height}, 0, 0, cv::INTER_AREA);
        argb = resized;
      }
      return to_region(argb);
    }
    handle_ = std::make_unique<Handle>(file_);
  }
  return std::nullopt;
}

Region Slide::thumbnail(double um_per_px) {
  constexpr int kBlock = 64;
  const double factor_x = um_per_px / scale_.um_per_px_x;
  const double factor_y = um_per_px / scale_.um_per_px_y;
  const int width = std::max(1, static_cast<int>(width_ / factor_x));
  const int height = std::max(1, static_cast<int>(height_ / factor_y));
  Region whole{Raster(width, height), std::vector<Pixel>(static_cast<std::size_t>(width) * height, Pixel::unreadable)};
  for (int y = 0; y < height; y += kBlock)
    for (int x = 0; x < width; x += kBlock) {
      check_interrupt();
      const auto block = read(std::llround(x * factor_x), std::llround(y * factor_y), std::min(kBlock, width - x),
                              std::min(kBlock, height - y), um_per_px);
      if (!block) continue;
      paste(block->image, whole.image, x, y);
      for (int row = 0; row < block->image.height; ++row)
        std::copy_n(block->state.begin() + static_cast<std::ptrdiff_t>(row) * block->image.width, block->image.width,
                    whole.state.begin() + static_cast<std::ptrdiff_t>(y + row) * width + x);
    }
  return whole;
}

}  // namespace radiopath::pathology
