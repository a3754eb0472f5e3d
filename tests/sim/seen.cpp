// What somebody has seen: see seen.h.
#include "tests/sim/seen.h"

#include <fmt/format.h>

#include <utility>

#include "tests/sim/promise.h"

namespace endcap::test {

std::map<uint64_t, Seen::Each> Seen::shown() const {
  std::map<uint64_t, Each> found;
  const Json all = world_.list({{"limit", 1000}});
  for (const Json& each : all["instances"]) {
    const std::string status = each["status"];
    const bool is_over = status == "finished" || status == "failed";
    found[each["id"]] = {fmt::format("{} {} of {}", each["workflow"].get<std::string>(),
                                     each["key"].get<std::string>(), each["started"].get<std::string>()),
                         is_over ? status : ""};
  }
  return found;
}

void Seen::look() {
  for (auto& [number, each] : shown()) seen_[number] = std::move(each);
}

void Seen::check() const {
  const auto now = shown();
  for (const auto& [number, each] : seen_) {
    const auto found = now.find(number);
    require(found != now.end() && found->second.started == each.started, "{} was seen, and is gone",
            each.started);
    require(each.ended.empty() || found->second.ended == each.ended, "{} was seen to be {}, and is not",
            each.started, each.ended);
  }
}

}  // namespace endcap::test
