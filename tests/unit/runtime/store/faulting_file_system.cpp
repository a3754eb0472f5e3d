// See faulting_file_system.h.
#include "tests/unit/runtime/store/faulting_file_system.h"

#include <rocksdb/system_clock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace endcap::test {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using Lock = std::scoped_lock<std::recursive_mutex>;

class FaultingFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultingFile(FaultingFileSystem& system, std::string name, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), system_(system), name_(std::move(name)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return append(data, [&] { return target()->Append(data, options, debug); });
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification, IODebugContext* debug) override {
    return append(data, [&] { return target()->Append(data, options, verification, debug); });
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return sync(); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return sync(); }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return target()->Close(options, debug);
  }

 private:
  rocksdb::FSWritableFile* target() { return FSWritableFileWrapper::target(); }
  template <typename Write>
  IOStatus append(const rocksdb::Slice& data, Write write) {
    const Lock lock(system_.mutex_);
    if (auto status = system_.step(FaultingFileSystem::Fault::Write); !status.ok()) return status;
    auto status = write();
    if (status.ok()) system_.files_[name_].written += data.size();
    return status;
  }
  // Nothing is synced to the real disk: what counts is what is remembered of it.
  IOStatus sync() {
    const Lock lock(system_.mutex_);
    if (auto status = system_.step(FaultingFileSystem::Fault::Sync); !status.ok()) return status;
    auto& lengths = system_.files_[name_];
    lengths.synced = lengths.written;
    return IOStatus::OK();
  }

  FaultingFileSystem& system_;
  const std::string name_;
};

class FaultingFolder final : public rocksdb::FSDirectoryWrapper {
 public:
  FaultingFolder(FaultingFileSystem& system, std::unique_ptr<rocksdb::FSDirectory> folder)
      : FSDirectoryWrapper(std::move(folder)), system_(system) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return sync(); }
  IOStatus FsyncWithDirOptions(const IOOptions&, IODebugContext*, const rocksdb::DirFsyncOptions&) override {
    return sync();
  }

 private:
  IOStatus sync() {
    const Lock lock(system_.mutex_);
    if (auto status = system_.step(FaultingFileSystem::Fault::Sync); !status.ok()) return status;
    system_.unsynced_names_.clear();
    return IOStatus::OK();
  }
  FaultingFileSystem& system_;
};

void FaultingFileSystem::fail_after(uint64_t operations, Fault fault) {
  const Lock lock(mutex_);
  fail_at_ = operations_ + operations;
  fault_ = fault;
  if (operations == 0) failed_ = fault;
}

bool FaultingFileSystem::has_failed() {
  const Lock lock(mutex_);
  return failed_ != Fault::None;
}

void FaultingFileSystem::revive() {
  const Lock lock(mutex_);
  fail_at_ = UINT64_MAX;
  failed_ = fault_ = Fault::None;
}

IOStatus FaultingFileSystem::fails() const {
  if (failed_ == Fault::Full) return IOStatus::NoSpace("the disk is full, the test says");
  return IOStatus::IOError("the disk failed, the test says");
}

IOStatus FaultingFileSystem::step(Fault kind) {
  if (operations_++ >= fail_at_ && failed_ == Fault::None) {
    const bool fits =
        fault_ == Fault::Death || fault_ == kind || (fault_ == Fault::Full && kind == Fault::Write);
    if (fits) failed_ = fault_;
  }
  const bool touches =
      failed_ == Fault::Death || failed_ == kind || (failed_ == Fault::Full && kind == Fault::Write);
  return touches ? fails() : IOStatus::OK();
}

FaultingFileSystem::Before FaultingFileSystem::before(const std::string& name) const {
  Before before{name, {}, {}};
  std::ifstream file(name, std::ios::binary);
  if (file) before.content.emplace(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  if (const auto known = files_.find(name); known != files_.end()) before.lengths = known->second;
  return before;
}

IOStatus FaultingFileSystem::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* file,
                                             IODebugContext* debug) {
  const Lock lock(mutex_);
  if (auto status = step(Fault::Write); !status.ok()) return status;
  NameChange change{before(name)};
  auto status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
  if (!status.ok()) return status;
  unsynced_names_.push_back(std::move(change));
  files_[name] = {};
  *file = std::make_unique<FaultingFile>(*this, name, std::move(*file));
  return status;
}

IOStatus FaultingFileSystem::NewDirectory(const std::string& name, const IOOptions& options,
                                          std::unique_ptr<rocksdb::FSDirectory>* folder,
                                          IODebugContext* debug) {
  auto status = FileSystemWrapper::NewDirectory(name, options, folder, debug);
  if (status.ok()) *folder = std::make_unique<FaultingFolder>(*this, std::move(*folder));
  return status;
}

IOStatus FaultingFileSystem::DeleteFile(const std::string& name, const IOOptions& options,
                                        IODebugContext* debug) {
  const Lock lock(mutex_);
  if (failed_ == Fault::Death) return fails();
  NameChange change{before(name)};
  auto status = FileSystemWrapper::DeleteFile(name, options, debug);
  if (!status.ok()) return status;
  unsynced_names_.push_back(std::move(change));
  files_.erase(name);
  return status;
}

IOStatus FaultingFileSystem::RenameFile(const std::string& from, const std::string& to,
                                        const IOOptions& options, IODebugContext* debug) {
  const Lock lock(mutex_);
  if (auto status = step(Fault::Write); !status.ok()) return status;
  NameChange change{before(to), before(from)};
  auto status = FileSystemWrapper::RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  unsynced_names_.push_back(std::move(change));
  files_[to] = files_[from];
  files_.erase(from);
  return status;
}

void FaultingFileSystem::undo(const Before& before) {
  if (!before.content) {
    std::filesystem::remove(before.name);
    files_.erase(before.name);
    return;
  }
  std::ofstream(before.name, std::ios::binary | std::ios::trunc) << *before.content;
  if (before.lengths) {
    files_[before.name] = *before.lengths;
  } else {
    files_.erase(before.name);
  }
}

// Of what was not synced some of the beginning is there, and its last sector may be empty.
void FaultingFileSystem::tear(const std::string& name, const Lengths& lengths) {
  constexpr uint64_t kSectorBytes = 512;
  if (lengths.written <= lengths.synced || !std::filesystem::exists(name)) return;
  const uint64_t kept = lengths.synced + random_() % (lengths.written - lengths.synced + 1);
  std::filesystem::resize_file(name, kept);
  const uint64_t zeros = std::min(kept - lengths.synced, kSectorBytes);
  if (zeros == 0 || random_() % 2 == 0) return;
  std::fstream file(name, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(kept - zeros));
  file << std::string(zeros, '\0');
}

void FaultingFileSystem::lose_power() {
  const Lock lock(mutex_);
  const size_t kept = unsynced_names_.empty() ? 0 : random_() % (unsynced_names_.size() + 1);
  for (size_t i = unsynced_names_.size(); i-- > kept;) {
    for (const Before& each : unsynced_names_[i]) undo(each);
  }
  for (const auto& [name, lengths] : files_) tear(name, lengths);
  unsynced_names_.clear();
  files_.clear();  // what is there now is stored
}

class HastyClock final : public rocksdb::SystemClockWrapper {
 public:
  HastyClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "HastyClock"; }
  void SleepForMicroseconds(int micros) override {
    SystemClockWrapper::SleepForMicroseconds(std::min(micros, 1000));
  }
};

class FaultingEnv final : public rocksdb::EnvWrapper {
 public:
  explicit FaultingEnv(const std::shared_ptr<FaultingFileSystem>& system)
      : EnvWrapper(rocksdb::NewCompositeEnv(system)) {
    file_system_ = system;
    system_clock_ = std::make_shared<HastyClock>();
  }
};

std::unique_ptr<rocksdb::Env> make_faulting_env(const std::shared_ptr<FaultingFileSystem>& system) {
  return std::make_unique<FaultingEnv>(system);
}

}  // namespace endcap::test
