// The real disk: positioned reads and writes, fdatasync, and folder syncs.
#include "runtime/journal/disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace endcap {
namespace {

std::unexpected<DiskError> failed(std::string_view doing, const std::string& path, int code = errno) {
  return std::unexpected(
      DiskError{code, fmt::format("{} {}: {}", doing, path, std::generic_category().message(code))});
}

class RealFile final : public File {
 public:
  RealFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~RealFile() override { ::close(descriptor_); }
  RealFile(const RealFile&) = delete;
  RealFile& operator=(const RealFile&) = delete;

  std::expected<void, DiskError> write(uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failed("writing", path_);
      if (count == 0) return failed("writing", path_, EIO);
      bytes.remove_prefix(static_cast<size_t>(count));
      offset += static_cast<uint64_t>(count);
    }
    return {};
  }

  std::expected<std::string, DiskError> read(uint64_t offset, size_t size) override {
    std::string bytes(size, '\0');
    size_t done = 0;
    while (done < size) {
      const ssize_t count =
          ::pread(descriptor_, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failed("reading", path_);
      if (count == 0) break;
      done += static_cast<size_t>(count);
    }
    bytes.resize(done);
    return bytes;
  }

  std::expected<uint64_t, DiskError> size() override {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) return failed("looking at", path_);
    return static_cast<uint64_t>(status.st_size);
  }

  // Written zeros rather than fallocate: later writes then change no metadata, and fdatasync stays one write.
  std::expected<void, DiskError> allocate(uint64_t wanted) override {
    auto present = size();
    if (!present) return std::unexpected(present.error());
    static const std::string zeros(256u << 10, '\0');
    for (uint64_t at = *present; at < wanted;) {
      const uint64_t count = std::min<uint64_t>(zeros.size(), wanted - at);
      if (auto written = write(at, std::string_view(zeros).substr(0, count)); !written) return written;
      at += count;
    }
    return {};
  }

  std::expected<void, DiskError> sync() override {
    if (::fdatasync(descriptor_) != 0) return failed("syncing", path_);
    return {};
  }

 private:
  int descriptor_;
  std::string path_;
};

class RealDisk final : public Disk {
 public:
  explicit RealDisk(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::expected<std::unique_ptr<File>, DiskError> open(const std::string& name, bool create) override {
    const std::string path = (folder_ / name).string();
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0640);
    if (descriptor < 0) return failed(create ? "making" : "opening", path);
    return std::make_unique<RealFile>(descriptor, path);
  }

  std::expected<std::vector<std::string>, DiskError> list() override {
    std::vector<std::string> names;
    std::error_code error;
    for (auto entry = std::filesystem::directory_iterator(folder_, error);
         !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      names.push_back(entry->path().filename().string());
    }
    if (error) return failed("listing", folder_.string(), error.value());
    return names;
  }

  std::expected<void, DiskError> remove(const std::string& name) override {
    const std::string path = (folder_ / name).string();
    if (::unlink(path.c_str()) != 0) return failed("removing", path);
    return {};
  }

  std::expected<void, DiskError> rename(const std::string& from, const std::string& to) override {
    const std::string old_path = (folder_ / from).string(), new_path = (folder_ / to).string();
    if (::rename(old_path.c_str(), new_path.c_str()) != 0) return failed("renaming", old_path);
    return {};
  }

  std::expected<void, DiskError> sync_folder() override {
    const int descriptor = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return failed("opening", folder_.string());
    const int result = ::fsync(descriptor);
    const int code = errno;
    ::close(descriptor);
    if (result != 0) return failed("syncing", folder_.string(), code);
    return {};
  }

  uint64_t free_bytes() override {
    struct statvfs status {};
    if (::statvfs(folder_.c_str(), &status) != 0) return UINT64_MAX;
    return uint64_t{status.f_bavail} * status.f_frsize;
  }

  std::string folder() const override { return folder_.string(); }

 private:
  std::filesystem::path folder_;
};

}  // namespace

bool is_full(const DiskError& error) { return error.code == ENOSPC || error.code == EDQUOT; }

std::expected<std::unique_ptr<Disk>, DiskError> open_disk(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return failed("making the folder", folder.string(), error.value());
  return std::make_unique<RealDisk>(folder);
}

}  // namespace endcap
