#include "core/failures.h"

#include <algorithm>

#include "core/error.h"
#include "core/files.h"
#include "core/table.h"

namespace radiopath {

void Failures::add(std::string patient_id, std::string stage, std::string reason) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({std::move(patient_id), std::move(stage), std::move(reason)});
}

bool Failures::guard(const std::string& patient_id, const std::string& stage, const std::function<void()>& body) {
  try {
    body();
    return true;
  } catch (const InputError& error) {
    add(patient_id, stage, error.what());
    return false;
  }
}

std::vector<Failures::Entry> Failures::entries() const {
  const std::lock_guard lock(mutex_);
  auto sorted = entries_;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

bool Failures::empty() const {
  const std::lock_guard lock(mutex_);
  return entries_.empty();
}

void Failures::write(const std::filesystem::path& file) const {
  std::string text = "patient_id,stage,reason\n";
  for (const Entry& entry : entries())
    text += csv_cell(entry.patient_id) + "," + csv_cell(entry.stage) + "," + csv_cell(entry.reason) + "\n";
  write_text(file, text);
}

}  // namespace radiopath
