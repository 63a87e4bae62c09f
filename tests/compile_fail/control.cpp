// EXPECT: the headers are found
// So that every other file here is refused for its own reason.
#include "core/version.h"
#error the headers are found
