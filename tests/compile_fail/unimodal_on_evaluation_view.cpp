// EXPECT: could not convert|cannot convert|invalid initialization
#include "fusion/unimodal.h"

radiopath::fusion::UnimodalModel leak(const radiopath::Table& table, const radiopath::Split& split) {
  return radiopath::fusion::fit_unimodal({}, "Habitat", table, split.held_out, 1);
}
