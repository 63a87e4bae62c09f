#pragma once

namespace radiopath {

/// From now on freed blocks of some megabytes stay with the process instead of going back to the system: volumes
/// come and go, and zeroed pages for each cost more than what is computed on them. Nothing where the C library is not
/// glibc.
void keep_freed_memory();

}  // namespace radiopath
