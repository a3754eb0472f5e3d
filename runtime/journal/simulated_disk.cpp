// The simulated disk: see simulated_disk.h.
#include "runtime/journal/simulated_disk.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "runtime/value/check.h"

namespace endcap {
namespace {

constexpr uint64_t kSectorBytes = 512;

std::unexpected<DiskError> failed(int code, std::string message) {
  return std::unexpected(DiskError{code, std::move(message)});
}

std::unexpected<DiskError> dead() { return failed(EIO, "the simulated process has ended"); }

}  // namespace

class SimulatedFile final : public File {
 public:
  SimulatedFile(SimulatedDisk& disk, std::string name, std::shared_ptr<SimulatedDisk::Inode> inode)
      : disk_(disk), name_(std::move(name)), inode_(std::move(inode)) {}

  std::expected<void, DiskError> write(uint64_t offset, std::string_view bytes) override {
    if (!disk_.may_change()) return dead();
    if (auto grown = disk_.grow(*inode_, offset + bytes.size()); !grown) return grown;
    std::copy(bytes.begin(), bytes.end(), inode_->cached.begin() + static_cast<ptrdiff_t>(offset));
    for (uint64_t sector = offset / kSectorBytes; sector * kSectorBytes < offset + bytes.size(); ++sector)
      inode_->dirty.insert(sector);
    return {};
  }

  std::expected<std::string, DiskError> read(uint64_t offset, size_t size) override {
    if (!disk_.alive()) return dead();
    if (offset >= inode_->cached.size()) return std::string();
    return inode_->cached.substr(offset, size);
  }

  std::expected<uint64_t, DiskError> size() override {
    if (!disk_.alive()) return dead();
    return inode_->cached.size();
  }

  std::expected<void, DiskError> allocate(uint64_t size) override {
    if (!disk_.may_change()) return dead();
    return disk_.grow(*inode_, size);
  }

  std::expected<void, DiskError> sync() override {
    if (!disk_.may_change()) return dead();
    return disk_.sync(*inode_);
  }

 private:
  SimulatedDisk& disk_;
  std::string name_;
  std::shared_ptr<SimulatedDisk::Inode> inode_;
};

SimulatedDisk::SimulatedDisk(uint64_t seed) : random_(seed) {}
SimulatedDisk::~SimulatedDisk() = default;

bool SimulatedDisk::alive() { return operations_++ < die_at_; }

void SimulatedDisk::die_after(uint64_t operations) { die_at_ = operations_ + operations; }

uint64_t SimulatedDisk::used() const {
  uint64_t bytes = 0;
  for (const auto& [name, inode] : names_) bytes += inode->cached.size();
  return bytes;
}

std::expected<void, DiskError> SimulatedDisk::grow(Inode& inode, uint64_t size) {
  if (size <= inode.cached.size()) return {};
  if (used() - inode.cached.size() + size > capacity_) return failed(ENOSPC, "No space left on device");
  const uint64_t first = inode.cached.size() / kSectorBytes;
  inode.cached.resize(size, '\0');
  for (uint64_t sector = first; sector * kSectorBytes < size; ++sector) inode.dirty.insert(sector);
  return {};
}

std::expected<void, DiskError> SimulatedDisk::sync(Inode& inode) {
  const bool fails = std::exchange(fail_sync_, false);
  if (inode.stored.size() < inode.cached.size()) inode.stored.resize(inode.cached.size(), '\0');
  for (uint64_t sector : inode.dirty) {
    if (fails && coin()) continue;
    const uint64_t at = sector * kSectorBytes;
    inode.stored.replace(at, kSectorBytes, inode.cached, at, kSectorBytes);
  }
  inode.dirty.clear();
  if (fails) return failed(EIO, "the sync failed");
  return {};
}

std::expected<std::unique_ptr<File>, DiskError> SimulatedDisk::open(const std::string& name, bool create) {
  if (!alive()) return dead();
  auto found = names_.find(name);
  if (found == names_.end()) {
    if (!create) return failed(ENOENT, "No such file " + name);
    name_changes_.push_back({NameChange::What::Make, name, {}, std::make_shared<Inode>()});
    apply(names_, name_changes_.back());
    found = names_.find(name);
  }
  return std::make_unique<SimulatedFile>(*this, name, found->second);
}

std::expected<std::vector<std::string>, DiskError> SimulatedDisk::list() {
  if (!alive()) return dead();
  std::vector<std::string> names;
  for (const auto& [name, inode] : names_) names.push_back(name);
  return names;
}

std::expected<void, DiskError> SimulatedDisk::remove(const std::string& name) {
  if (!may_change()) return dead();
  if (!names_.contains(name)) return failed(ENOENT, "No such file " + name);
  if (std::exchange(fail_remove_, false)) return failed(EBUSY, "Device or resource busy");
  name_changes_.push_back({NameChange::What::Remove, name, {}, {}});
  apply(names_, name_changes_.back());
  return {};
}

std::expected<void, DiskError> SimulatedDisk::rename(const std::string& from, const std::string& to) {
  if (!may_change()) return dead();
  auto found = names_.find(from);
  if (found == names_.end()) return failed(ENOENT, "No such file " + from);
  name_changes_.push_back({NameChange::What::Rename, from, to, found->second});
  apply(names_, name_changes_.back());
  return {};
}

std::expected<void, DiskError> SimulatedDisk::sync_folder() {
  if (!may_change()) return dead();
  stored_names_ = names_;
  name_changes_.clear();
  return {};
}

void SimulatedDisk::apply(Names& names, const NameChange& change) {
  if (change.what != NameChange::What::Make) names.erase(change.name);
  if (change.what == NameChange::What::Make) names[change.name] = change.inode;
  if (change.what == NameChange::What::Rename) names[change.to] = change.inode;
}

void SimulatedDisk::crash() {
  die_at_ = UINT64_MAX;
  fail_sync_ = fail_remove_ = false;
  for (auto& [name, inode] : names_) {
    for (uint64_t at = 0; at < inode->stored.size(); at += kSectorBytes) {
      const bool forgotten = !inode->dirty.contains(at / kSectorBytes) &&
                             inode->cached.compare(at, kSectorBytes, inode->stored, at, kSectorBytes) != 0;
      if (forgotten && coin()) inode->cached.replace(at, kSectorBytes, inode->stored, at, kSectorBytes);
    }
  }
}

void SimulatedDisk::lose_power() {
  die_at_ = UINT64_MAX;
  fail_sync_ = fail_remove_ = false;
  for (const NameChange& change : name_changes_) {
    if (coin()) apply(stored_names_, change);
  }
  name_changes_.clear();
  for (auto& [name, inode] : names_) lose(*inode);
  for (auto& [name, inode] : stored_names_) lose(*inode);
  names_ = stored_names_;
}

void SimulatedDisk::lose(Inode& inode) {
  if (inode.stored.size() < inode.cached.size() && coin()) inode.stored.resize(inode.cached.size(), '\0');
  for (uint64_t sector : inode.dirty) {
    const uint64_t at = sector * kSectorBytes;
    if (at >= inode.stored.size()) continue;
    const uint64_t choice = random_() % 16;
    const uint64_t kept =
        choice == 0 ? random_() % kSectorBytes : (choice < 8 ? kSectorBytes : 0);  // 1 in 16 tears
    inode.stored.replace(at, kept, inode.cached, at, kept);
  }
  inode.dirty.clear();
  inode.cached = inode.stored;
}

uint64_t SimulatedDisk::unsynced_sectors() const {
  uint64_t count = 0;
  for (const auto& [name, inode] : names_) count += inode->dirty.size();
  return count;
}

std::string SimulatedDisk::content(const std::string& name) const { return names_.at(name)->cached; }

void SimulatedDisk::alter(const std::string& name, uint64_t offset, std::string_view bytes) {
  auto found = names_.find(name);
  if (found == names_.end()) {
    found = names_.emplace(name, std::make_shared<Inode>()).first;
    stored_names_[name] = found->second;
  }
  Inode& inode = *found->second;
  for (std::string* content : {&inode.cached, &inode.stored}) {
    if (content->size() < offset + bytes.size()) content->resize(offset + bytes.size(), '\0');
    content->replace(offset, bytes.size(), bytes);
  }
}

}  // namespace endcap
