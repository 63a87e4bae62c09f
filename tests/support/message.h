#pragma once

#include <functional>
#include <string>

#include "core/error.h"

namespace radiopath {

/// What the InputError says that `body` throws; "no error" when it throws none.
inline std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

/// Whether `part` stands in `text`.
inline bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace radiopath
