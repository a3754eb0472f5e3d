// The engine on one thread, on a real log and RocksDB, with calls that are answered at once: what fills data
// folders.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/engine/engine.h"
#include "tests/bench/open_data.h"

namespace endcap::bench {

// Who holds the one role of the bench's project.
inline constexpr const char* kClerk = "cleo";
EngineOptions bench_engine_options();

// Journal time of what is filled: a real clock that comes later is ahead of it.
Instant hours_ago(int hours);

// The arguments of the instance with a number; its note is "N" and the number.
using Arguments = std::function<std::string(uint64_t)>;

class OneThread {
 public:
  // Throws std::runtime_error when the folder can't be opened.
  OneThread(std::shared_ptr<const abi::Program> program, const std::filesystem::path& folder,
            Instant from = 1);
  Engine& engine() { return *engine_; }

  // One drain, its sync, what it releases; and the answers of its calls, which the next round takes in. Gives
  // how many.
  size_t round();
  // Starts the instances `first` to `last` - 1, and goes on until each of them waits or has ended.
  void fill(const std::string& workflow, uint64_t first, uint64_t last, const Arguments& arguments);

 private:
  OpenData data_;
  std::unique_ptr<Engine> engine_;
  Instant now_;
};

}  // namespace endcap::bench
