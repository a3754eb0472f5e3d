// Steps through the daemon's own threads: one runs the engine, one syncs the log, and calls come and go
// between them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/abi/program.h"
#include "runtime/engine/connector.h"

namespace endcap::bench {

struct ShellStepsOptions {
  std::filesystem::path folder;        // what is in it stays
  std::string workflow = "NineSteps";  // nine calls one after the other
  uint32_t in_flight = 1;              // workflows; each that ends starts another
  double seconds = 3;
  std::function<std::unique_ptr<Connector>()> connector = {};  // empty: calls are answered at once
  std::optional<Duration> keep_history = {};                   // of what is in the folder
};

struct ShellSteps {
  uint64_t steps = 0;
  uint64_t dropped = 0;  // instances, by `keep_history`
  double seconds = 0;
  std::vector<double>
      latencies_us;  // of a step: result handed in to next call handed out, its intent durable
  double rate() const { return static_cast<double>(steps) / seconds; }
};

// Throws std::runtime_error when the engine stops or a call fails.
ShellSteps run_shell_steps(const std::shared_ptr<const abi::Program>& program,
                           const ShellStepsOptions& options);

// Which of the workflows a call belongs to: its note, "N17", stands in the payload as it is.
uint64_t note_in(const std::string& payload);

}  // namespace endcap::bench
