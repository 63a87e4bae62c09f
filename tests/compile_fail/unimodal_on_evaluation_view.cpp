// EXPECT: no known conversion for argument 4 from .*EvaluationView
#include "fusion/unimodal.h"

radiopath::fusion::UnimodalModel leak(const radiopath::Table& table, const radiopath::Split& split) {
  return radiopath::fusion::fit_unimodal({}, "Habitat", table, split.held_out, 1);
}
