// Matching faults to requests.
#include "tools/sandbox/faults.h"

#include <fmt/format.h>

namespace endcap::sandbox {
namespace {

constexpr std::pair<const char*, Fault::Kind> kKinds[] = {
    {"latency", Fault::Kind::Latency},
    {"status", Fault::Kind::Status},
    {"timeout_after_commit", Fault::Kind::TimeoutAfterCommit},
    {"drop_after_commit", Fault::Kind::DropAfterCommit},
    {"drop_before_commit", Fault::Kind::DropBeforeCommit},
    {"reject", Fault::Kind::Reject},
    {"garbage", Fault::Kind::Garbage},
};

bool matches(const Fault& fault, const Request& request) {
  auto contains = [](std::string_view text, std::string_view part) {
    return part.empty() || text.find(part) != std::string_view::npos;
  };
  return (fault.method.empty() || fault.method == request.method) &&
         contains(request.path + "?" + percent_decode(request.query, true), fault.path) &&
         contains(request.body, fault.body);
}

}  // namespace

std::expected<uint64_t, std::string> Faults::add(const Json& described) {
  try {
    Fault fault;
    std::string name = described.at("fault").get<std::string>();
    bool known = false;
    for (const auto& [text, kind] : kKinds) {
      if (name == text) fault.kind = kind, known = true;
    }
    if (!known) return std::unexpected(fmt::format("there is no fault '{}'", name));
    bool holds = fault.kind == Fault::Kind::TimeoutAfterCommit;
    fault.milliseconds = described.value("milliseconds", holds ? 60000 : 200);
    fault.status = described.value("status", 503);
    fault.retry_after = described.value("retry_after", 0);
    fault.code = described.value("code", "");
    fault.message = described.value("message", "The sandbox was told to refuse this");
    fault.times = described.value("times", 1);
    fault.skip = described.value("skip", 0);
    Json match = described.value("match", Json::object());
    fault.method = match.value("method", "");
    fault.path = match.value("path", "");
    fault.body = match.value("body", "");
    fault.number = next_++;
    faults_.push_back(fault);
    return fault.number;
  } catch (const Json::exception& error) {
    return std::unexpected(
        fmt::format("a fault is {{\"match\": {{...}}, \"fault\": \"...\", \"times\": 1}}: {}", error.what()));
  }
}

std::optional<Fault> Faults::take(const Request& request) {
  for (auto& fault : faults_) {
    if ((fault.times != 0 && static_cast<int>(fault.hits) >= fault.times) || !matches(fault, request))
      continue;
    if (fault.skip > 0) {
      --fault.skip;
      continue;
    }
    ++fault.hits;
    return fault;
  }
  return std::nullopt;
}

void Faults::clear() { faults_.clear(); }

Json Faults::list() const {
  Json out = Json::array();
  for (const auto& fault : faults_) {
    const char* name = "";
    for (const auto& [text, kind] : kKinds) {
      if (kind == fault.kind) name = text;
    }
    out.push_back({{"number", fault.number},
                   {"fault", name},
                   {"times", fault.times},
                   {"hits", fault.hits},
                   {"match", {{"method", fault.method}, {"path", fault.path}, {"body", fault.body}}}});
  }
  return out;
}

}  // namespace endcap::sandbox
