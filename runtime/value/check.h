// CHECK: an invariant of ours, always on. A user's mistake is a Diagnostic or a Fault, never a failed CHECK.
#pragma once

namespace endcap {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}

#define CHECK(condition) \
  (__builtin_expect(!!(condition), 1) ? (void)0 : ::endcap::check_failed(#condition, __FILE__, __LINE__))
