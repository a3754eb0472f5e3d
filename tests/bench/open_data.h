// A data folder as `endcap serve` keeps it, opened by the bench itself: the local log and RocksDB.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "runtime/journal/data_folder.h"
#include "runtime/journal/disk.h"
#include "runtime/journal/journal.h"
#include "runtime/store/store.h"

namespace endcap::bench {

struct OpenData {
  explicit OpenData(
      const std::filesystem::path& folder);  // made when it is absent; throws std::runtime_error
  DataFolder lock;                           // goes last
  std::unique_ptr<Disk> disk;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Store> store;
};

// Written out, then forgotten by the page cache: what is read next comes from the disk.
void make_cold(const std::filesystem::path& folder);

// Memory that this process holds, after giving back what it only keeps for later.
double resident_megabytes();

}  // namespace endcap::bench
