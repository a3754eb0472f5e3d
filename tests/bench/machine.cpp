// Load, processors and the RocksDB that is linked.
#include "tests/bench/machine.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <thread>

namespace endcap::bench {
namespace {

// The Debian package has assertions on; a build of our own is another file.
std::string rocksdb_file() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("librocksdb") != std::string::npos) return line.substr(line.find('/'));
  }
  return "linked in";
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
                      std::thread::hardware_concurrency(), rocksdb_file())};
}

}  // namespace endcap::bench
