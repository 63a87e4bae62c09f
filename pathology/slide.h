#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/config.h"
#include "pathology/raster.h"

namespace radiopath::pathology {

/// `[pathology.scale]`: where a slide's µm/px come from. A slide that states a plausible scale keeps it.
struct ScaleConfig {
  double um_per_px = 0;
  bool from_objective = false;

  static auto fields() {
    return std::tuple{
        field("um_per_px", &ScaleConfig::um_per_px,
              "scale at level 0 of slides that state none or an implausible one; 0: such slides are refused")
            .unit("µm/px")
            .range(0, 5),
        field("from_objective", &ScaleConfig::from_objective,
              "guess a missing scale as 10 µm/px divided by the objective power"),
    };
  }
};

/// Pixel size at level 0 and where it was found.
struct Scale {
  double um_per_px_x = 0;
  double um_per_px_y = 0;
  std::string source;  ///< "slide", "TIFF resolution", "objective power (guess)", "config"
  std::string note;    ///< what is odd about it, or ""
};

/// What the slide has at a pixel. Absent: outside the slide, or never scanned (alpha 0).
enum class Pixel : std::uint8_t { absent, present, unreadable };

/// A part of a slide at some scale. Pixels that are not present are white and mean nothing.
struct Region {
  Raster image;
  std::vector<Pixel> state;  ///< (height, width)

  double share(Pixel wanted) const;
};

/// A whole-slide image read through OpenSlide. One thread at a time; several objects may read the same file.
class Slide {
 public:
  /// Throws InputError when the file is missing, empty, no slide, or when its scale is missing or implausible
  /// (outside 0.05 … 5 µm/px): the message names the line to add to the config.
  Slide(const std::filesystem::path& file, const ScaleConfig& config);
  ~Slide();
  Slide(Slide&&) noexcept;
  Slide& operator=(Slide&&) noexcept;

  const std::filesystem::path& file() const { return file_; }
  std::int64_t width() const { return width_; }    ///< px at level 0
  std::int64_t height() const { return height_; }  ///< px at level 0
  const Scale& scale() const { return scale_; }
  const std::vector<double>& downsamples() const { return downsamples_; }  ///< of each level, real numbers

  /// The scale of a level that lies within 1 % of `um_per_px`, else `um_per_px`: so near, resampling would only blur.
  double level_scale_near(double um_per_px) const;

  /// `width` × `height` px at `um_per_px` whose upper left corner is (x_level0, y_level0): read from the coarsest level
  /// that is at least as fine, and area-averaged. Nothing when the file is damaged there: OpenSlide's errors are
  /// sticky, so the slide is opened anew and the read repeated once.
  std::optional<Region> read(std::int64_t x_level0, std::int64_t y_level0, int width, int height, double um_per_px);

  /// The whole slide at `um_per_px`, read in blocks; what could not be read is marked.
  Region thumbnail(double um_per_px);

 private:
  struct Handle;
  int level_for(double downsample) const;

  std::filesystem::path file_;
  std::unique_ptr<Handle> handle_;
  std::int64_t width_ = 0;
  std::int64_t height_ = 0;
  std::vector<double> downsamples_;
  Scale scale_;
};

}  // namespace radiopath::pathology
