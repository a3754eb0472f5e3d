// Ends the process when an invariant of ours does not hold.
#include "runtime/value/check.h"

#include <cstdio>
#include <cstdlib>

namespace endcap {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace endcap
