// A file system for RocksDB that lies as real ones do: what is not synced is lost or torn by a power loss,
// files and names alike; writes and syncs fail; space runs out. Everything random comes from the seed, but
// for the threads of RocksDB.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace endcap::test {

class FaultingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  enum class Fault : uint8_t {
    None,
    Write,
    Sync,
    Full,
    Death
  };  // Death: the process ends, nothing works any more

  explicit FaultingFileSystem(uint64_t seed)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), random_(seed) {}
  const char* Name() const override { return "FaultingFileSystem"; }

  // After so many more writes and syncs. A fault stays until `revive`.
  void fail_after(uint64_t operations, Fault fault);
  void die() { fail_after(0, Fault::Death); }
  bool has_failed();
  // The machine ends: of each file what was synced is there, and any part of the rest; of the names in a
  // folder what was synced, and any first part of the rest. To be called when nobody has a file open any
  // more.
  void lose_power();
  void revive();

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override;

 private:
  friend class FaultingFile;
  friend class FaultingFolder;
  struct Lengths {
    uint64_t written = 0, synced = 0;
  };
  // What stood under a name before it was changed; nothing: no file did.
  struct Before {
    std::string name;
    std::optional<std::string> content;
    std::optional<Lengths> lengths;
  };
  using NameChange = std::vector<Before>;

  rocksdb::IOStatus step(Fault kind);  // Write or Sync
  rocksdb::IOStatus fails() const;
  Before before(const std::string& name) const;
  void undo(const Before& before);
  void tear(const std::string& name, const Lengths& lengths);

  std::recursive_mutex mutex_;
  std::mt19937_64 random_;
  uint64_t operations_ = 0, fail_at_ = UINT64_MAX;
  Fault fault_ = Fault::None, failed_ = Fault::None;
  std::map<std::string, Lengths> files_;
  std::vector<NameChange> unsynced_names_;  // all of one folder
};

// With it, and with a clock that does not sleep for long: RocksDB waits a second after each flush that
// failed.
std::unique_ptr<rocksdb::Env> make_faulting_env(const std::shared_ptr<FaultingFileSystem>& system);

}  // namespace endcap::test
