#pragma once

// Clinical statistics of scores and binary outcomes, theme by theme.
#include "core/calibration.h"        // IWYU pragma: export
#include "core/correlation.h"        // IWYU pragma: export
#include "core/descriptive.h"        // IWYU pragma: export
#include "core/operating_point.h"    // IWYU pragma: export
#include "core/reclassification.h"   // IWYU pragma: export
#include "core/roc.h"                // IWYU pragma: export
#include "core/t_test.h"             // IWYU pragma: export
