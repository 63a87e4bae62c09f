#include <fmt/format.h>

#include "core/error.h"
#include "pathology/encoder.h"

namespace radiopath::pathology {

void validate(const EncoderConfig& config) {
  if (config.image_size % config.patch_size != 0)
    throw InputError(fmt::format("[pathology.encoder] image_size = {} is no multiple of patch_size = {}",
                                 config.image_size, config.patch_size));
  if (config.width % config.heads != 0 || config.width % 4 != 0)
    throw InputError(fmt::format("[pathology.encoder] width = {} is no multiple of 4 and of heads = {}", config.width,
                                 config.heads));
}

}  // namespace radiopath::pathology
