// A promise that was not kept ends a simulated life, and says which.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <stdexcept>
#include <string>

#include "tests/unit/runtime/engine/world.h"

namespace endcap::test {

struct BrokenPromise : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace detail {
template <typename T>
decltype(auto) in_words(const T& value) {
  if constexpr (std::same_as<T, Json>) {
    return value.dump();
  } else {
    return (value);
  }
}
}  // namespace detail

// `what` as of fmt::format; put together only when it is needed, JSON too.
template <typename... Values>
void require(bool kept, const char* what, const Values&... values) {
  if (kept) return;
  const auto told = [&](auto&&... words) { return fmt::format(fmt::runtime(what), words...); };
  throw BrokenPromise(told(detail::in_words(values)...));
}

}  // namespace endcap::test
