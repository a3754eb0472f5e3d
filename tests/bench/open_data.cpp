// Opening data folders, and what they and this process take.
#include "tests/bench/open_data.h"

#include <fcntl.h>
#include <unistd.h>
#ifdef ENDCAP_JEMALLOC
#include <jemalloc/jemalloc.h>
#endif

#include <fstream>
#include <string>

#include "runtime/journal/local_log.h"
#include "tests/bench/figures.h"

namespace endcap::bench {

OpenData::OpenData(const std::filesystem::path& folder)
    : lock(must(DataFolder::open(folder))),
      disk(must(open_disk(lock.journal()))),
      journal(must(open_local_log(*disk, {}))),
      store(must(open_rocksdb_store(lock.store(), {}))) {}

void make_cold(const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const int file = open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    (void)!fdatasync(file);
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    close(file);
  }
}

double resident_megabytes() {
#ifdef ENDCAP_JEMALLOC
  // What is free goes back to the system, of all arenas.
  const std::string purge = "arena." + std::to_string(MALLCTL_ARENAS_ALL) + ".purge";
  mallctl(purge.c_str(), nullptr, nullptr, nullptr, 0);
#endif
  uint64_t whole = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> whole >> resident;
  return static_cast<double>(resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE))) / 1e6;
}

}  // namespace endcap::bench
