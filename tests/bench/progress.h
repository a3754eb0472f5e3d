// What takes more than two seconds says on stderr how far it is.
#pragma once

#include <cstdint>
#include <string>

namespace endcap::bench {

class Progress {
 public:
  Progress(std::string what, uint64_t of);  // "parked: filling", so many
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void at(uint64_t done);  // may be called often

 private:
  std::string what_;
  uint64_t of_;
  double told_;
  bool shown_ = false;
};

}  // namespace endcap::bench
