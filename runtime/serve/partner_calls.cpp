// Calls of partners as Prometheus reads them.
#include "runtime/serve/partner_calls.h"

#include <fmt/format.h>

namespace endcap {
namespace {

// A name of a project may hold anything.
std::string label_value(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void PartnerCalls::count(const std::string& interface, uint32_t version, const std::string& result) {
  std::scoped_lock lock(mutex_);
  ++counts_[{interface, version, result}];
}

std::string PartnerCalls::metrics() const {
  std::scoped_lock lock(mutex_);
  if (counts_.empty()) return {};
  std::string out =
      "# HELP endcap_partner_calls_total Calls of partners, by interface and what came of them.\n"
      "# TYPE endcap_partner_calls_total counter\n";
  for (const auto& [key, count] : counts_) {
    const auto& [interface, version, result] = key;
    out += fmt::format("endcap_partner_calls_total{{interface=\"{}\",version=\"{}\",result=\"{}\"}} {}\n",
                       label_value(interface), version, result, count);
  }
  return out;
}

}  // namespace endcap
