// What happens in a simulated life, told line by line while it happens. Nobody who does not listen pays for
// it.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>

#include "tests/unit/runtime/engine/world.h"

namespace endcap::test {

class Trace {
 public:
  using Listener = std::function<void(const std::string& line)>;
  Trace(Listener listener, const uint64_t& step, const Instant& now)
      : listener_(std::move(listener)), step_(step), now_(now) {}

  explicit operator bool() const { return listener_ != nullptr; }
  // `what` as of fmt::format.
  template <typename... Values>
  void tell(const char* what, const Values&... values) const {
    if (!listener_) return;
    listener_(fmt::format("{:>6}  {}  {}", step_, instant_to_text(now_),
                          fmt::format(fmt::runtime(what), values...)));
  }

 private:
  Listener listener_;
  const uint64_t& step_;
  const Instant& now_;
};

}  // namespace endcap::test
