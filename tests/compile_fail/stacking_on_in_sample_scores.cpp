// EXPECT: private
#include "fusion/stacking.h"

radiopath::fusion::OutOfFold pretend(const std::vector<double>& in_sample) {
  radiopath::fusion::OutOfFold scores;
  scores.probabilities_ = in_sample;
  return scores;
}
