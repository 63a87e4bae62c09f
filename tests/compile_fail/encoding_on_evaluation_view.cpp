// EXPECT: no matching function for call to .*TrainingTable
#include "fusion/encoding.h"

radiopath::fusion::Encoding leak(const radiopath::Table& table, const radiopath::Split& split) {
  return radiopath::fusion::fit_encoding({}, radiopath::fusion::TrainingTable(table, split.held_out));
}
