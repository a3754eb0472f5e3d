// How often partners called which interface, and what came of it: counted since the daemon's start, by
// whoever answers.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

namespace endcap {

class PartnerCalls {
 public:
  void count(const std::string& interface, uint32_t version, const std::string& result);
  std::string metrics() const;  // Prometheus exposition format 0.0.4; empty before the first call

 private:
  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, uint32_t, std::string>, uint64_t> counts_;
};

}  // namespace endcap
