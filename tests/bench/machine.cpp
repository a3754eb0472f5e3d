// Load, processors and the RocksDB that is linked.
#include "tests/bench/machine.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "runtime/store/rocksdb_sizes.h"

namespace endcap::bench {
namespace {

// The Debian package has assertions on; one of tools/rocksdb_release has not, and is another file.
std::string rocksdb_build() {
  std::string file = "linked in";
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("librocksdb") == std::string::npos) continue;
    file = line.substr(line.find('/'));
    break;
  }
  return fmt::format("{}, assertions {}, {}", rocksdb_version(), ENDCAP_ROCKSDB_ASSERTS ? "on" : "off", file);
}

}  // namespace

Figure machine_figure() {
  double load = 0;
  if (getloadavg(&load, 1) != 1) load = 0;
  return {"machine/load",
          load,
          "",
          {},
          fmt::format("mean of the minute before the run; {} processors, RocksDB {}",
                      std::thread::hardware_concurrency(), rocksdb_build())};
}

}  // namespace endcap::bench
