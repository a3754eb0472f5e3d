// The little of a file system that the log needs, so that the simulator can lie about it: partial writes, lost unsynced sectors,
// failed syncs, no space.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace endcap {

struct DiskError { int code = 0; std::string message; };  // errno and what was being done to which file

class File {
 public:
  virtual ~File() = default;
  virtual std::expected<void, DiskError> write(uint64_t offset, std::string_view bytes) = 0;
  virtual std::expected<std::string, DiskError> read(uint64_t offset, size_t size) = 0;  // shorter at the end of the file
  virtual std::expected<uint64_t, DiskError> size() = 0;
  virtual std::expected<void, DiskError> allocate(uint64_t size) = 0;                    // zeroed, allocated, size durable with the next sync
  virtual std::expected<void, DiskError> sync() = 0;                                     // fdatasync
};

class Disk {
 public:
  virtual ~Disk() = default;
  virtual std::expected<std::unique_ptr<File>, DiskError> open(const std::string& name, bool create) = 0;
  virtual std::expected<std::vector<std::string>, DiskError> list() = 0;
  virtual std::expected<void, DiskError> remove(const std::string& name) = 0;
  virtual std::expected<void, DiskError> rename(const std::string& from, const std::string& to) = 0;
  virtual std::expected<void, DiskError> sync_folder() = 0;
  virtual uint64_t free_bytes() = 0;       // that files may still take up; UINT64_MAX: not known
  virtual std::string folder() const = 0;  // for people
};

bool is_full(const DiskError& error);  // no space, or the quota is used up

std::expected<std::unique_ptr<Disk>, DiskError> open_disk(const std::filesystem::path& folder);

}  // namespace endcap
