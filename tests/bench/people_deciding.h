// A person who decides over HTTP, one approval after the other, while something else keeps the daemon busy.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "runtime/engine/engine.h"

namespace endcap::bench {

// Open approvals of an engine, at most `most`.
std::vector<uint64_t> open_approvals(Engine& engine, uint32_t most);
std::string reject_request(uint64_t task);

class Decider {
 public:
  // Begins at once, and takes tasks from the back until there are none, or the daemon is gone.
  Decider(uint16_t port, std::vector<uint64_t>& tasks);
  ~Decider() { stop(); }
  Decider(const Decider&) = delete;
  Decider& operator=(const Decider&) = delete;
  // After it: how long each decision took to be acknowledged.
  std::vector<double> stop();

 private:
  void decide_all(uint16_t port, std::vector<uint64_t>& tasks);
  std::vector<double> latencies_ms_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace endcap::bench
