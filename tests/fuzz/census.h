// Which constructs random programs hold: what a fuzzer does not write it does not test.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/fixture.h"

namespace endcap::fuzz {

class Census {
 public:
  // Those that were accepted; what is refused is counted by its findings.
  void count(const Batch& batch);
  void count(const std::string& text);

  // How many were accepted, and how many of them hold what.
  std::string report() const;
  // Constructs that none of them holds.
  std::vector<std::string> missing() const;
  uint64_t programs() const { return programs_; }

 private:
  std::vector<uint64_t> held_;  // by construct
  uint64_t programs_ = 0, refused_ = 0;
  std::map<std::string, uint64_t> findings_;
};

}  // namespace endcap::fuzz
