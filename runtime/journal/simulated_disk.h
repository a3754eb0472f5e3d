// A disk that lies as real ones do: what is not synced is lost sector by sector, writes tear, syncs fail and
// forget, space runs out. Everything random comes from the seed.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "runtime/journal/disk.h"

namespace endcap {

class SimulatedDisk final : public Disk {
 public:
  explicit SimulatedDisk(uint64_t seed);
  ~SimulatedDisk() override;

  std::expected<std::unique_ptr<File>, DiskError> open(const std::string& name, bool create) override;
  std::expected<std::vector<std::string>, DiskError> list() override;
  std::expected<void, DiskError> remove(const std::string& name) override;
  std::expected<void, DiskError> rename(const std::string& from, const std::string& to) override;
  std::expected<void, DiskError> sync_folder() override;
  uint64_t free_bytes() override { return capacity_ - std::min(capacity_, used()); }
  std::string folder() const override { return "the simulated disk"; }

  // After so many more operations every one fails, as if the process had been killed there. `crash` or
  // `lose_power` ends it.
  void die_after(uint64_t operations);
  // The process ends; the page cache lives on. A page whose sync failed may already have been dropped from
  // it.
  void crash();
  // The machine ends: each sector, file size and folder entry that was not synced is kept, lost or torn.
  void lose_power();
  // The next sync fails: some of its sectors are stored, all are forgotten by the page cache's list of what
  // to write.
  void fail_next_sync() { fail_sync_ = true; }
  // The next file that is removed can't be, this time.
  void fail_next_remove() { fail_remove_ = true; }
  // Bytes that files may take up together.
  void capacity(uint64_t bytes) { capacity_ = bytes; }
  uint64_t used() const;  // of it

  uint64_t operations() const { return operations_; }
  uint64_t changes() const { return changes_; }  // of them, those that write or sync
  // What chance decides from now on comes from this seed.
  void reseed(uint64_t seed) { random_.seed(seed); }
  uint64_t unsynced_sectors() const;

  // For tests that alter a file behind everybody's back; stored at once.
  std::string content(const std::string& name) const;
  void alter(const std::string& name, uint64_t offset, std::string_view bytes);

 private:
  friend class SimulatedFile;
  struct Inode {
    std::string cached, stored;  // as the process reads it, and as a power loss leaves it
    std::set<uint64_t> dirty;    // sectors that a sync would store
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;
  struct NameChange {
    enum class What : uint8_t { Make, Remove, Rename } what;
    std::string name, to;
    std::shared_ptr<Inode> inode;
  };

  bool alive();
  bool may_change() {
    const bool alive = this->alive();
    changes_ += alive ? 1 : 0;
    return alive;
  }
  bool coin() { return (random_() & 1) != 0; }
  std::expected<void, DiskError> grow(Inode& inode, uint64_t size);
  std::expected<void, DiskError> sync(Inode& inode);
  static void apply(Names& names, const NameChange& change);
  void lose(Inode& inode);

  std::mt19937_64 random_;
  Names names_, stored_names_;
  std::vector<NameChange> name_changes_;  // not synced yet
  uint64_t operations_ = 0, changes_ = 0, die_at_ = UINT64_MAX, capacity_ = UINT64_MAX;
  bool fail_sync_ = false, fail_remove_ = false;
};

}  // namespace endcap
