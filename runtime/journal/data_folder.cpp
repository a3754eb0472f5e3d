// Lock and format of a data folder: see data_folder.h.
#include "runtime/journal/data_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <system_error>
#include <utility>

#include "runtime/journal/disk.h"

namespace endcap {
namespace {

using Kind = JournalError::Kind;

constexpr const char* kNewFormatFile = "endcap-data.new";
constexpr const char* kLockFile = "lock";
constexpr std::string_view kFormatLine = "endcap data format ";

std::unexpected<JournalError> refuse(Kind kind, std::string message) {
  return std::unexpected(JournalError{kind, std::move(message)});
}

std::unexpected<JournalError> io_error(const std::filesystem::path& folder, std::string_view doing,
                                       int code) {
  if (code == ENOSPC || code == EDQUOT) {
    return refuse(
        Kind::Full,
        fmt::format("The disk that holds the data folder {} is full ({}). Free some space, then start again.",
                    folder.string(), doing));
  }
  return refuse(Kind::Io,
                fmt::format("The data folder {} can't be used ({}: {}). Check the path and its permissions.",
                            folder.string(), doing, std::generic_category().message(code)));
}

// Empty, or only what a start that was interrupted leaves behind.
std::expected<bool, JournalError> is_blank(const std::filesystem::path& folder) {
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name != kLockFile && name != kNewFormatFile && name != "lost+found") return false;
  }
  if (error) return io_error(folder, "listing it", error.value());
  return true;
}

std::expected<int, JournalError> take_lock(const std::filesystem::path& folder) {
  const std::string path = (folder / kLockFile).string();
  const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (lock < 0) return io_error(folder, "opening its lock file", errno);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const int code = errno;
    std::string owner;
    std::ifstream(path) >> owner;
    ::close(lock);
    if (code != EWOULDBLOCK) return io_error(folder, "locking it", code);
    return refuse(
        Kind::InUse,
        fmt::format(
            "The data folder {} is in use by another daemon (process {}). Stop that daemon first, or choose "
            "another folder with --data; two daemons never share one.",
            folder.string(), owner.empty() ? "unknown" : owner));
  }
  // Over what stood there, in the same width: a disk that has become full has no room for less, either.
  const std::string pid = fmt::format("{:<20}\n", ::getpid());
  if (::pwrite(lock, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    const int code = errno;
    ::close(lock);
    return io_error(folder, "writing its lock file", code);
  }
  return lock;
}

std::expected<void, JournalError> write_format(const std::filesystem::path& folder) {
  auto disk = open_disk(folder);
  const auto fail = [&](const DiskError& error) { return io_error(folder, error.message, error.code); };
  if (!disk) return fail(disk.error());
  auto file = (*disk)->open(kNewFormatFile, true);
  if (!file) return fail(file.error());
  auto done = (*file)->write(0, data_format_note());
  if (done) done = (*file)->sync();
  if (done) done = (*disk)->rename(kNewFormatFile, kDataFormatFile);
  if (done) done = (*disk)->sync_folder();
  if (!done) return fail(done.error());
  return {};
}

std::expected<uint32_t, JournalError> read_format(const std::filesystem::path& folder) {
  std::string line;
  std::getline(std::ifstream(folder / kDataFormatFile), line);
  uint32_t format = 0;
  const bool ours =
      line.starts_with(kFormatLine) &&
      std::from_chars(line.data() + kFormatLine.size(), line.data() + line.size(), format).ec == std::errc();
  if (!ours) {
    return refuse(
        Kind::WrongFormat,
        fmt::format(
            "The file {} is not readable as a format note of Endcap. Restore it from a backup of the folder, "
            "or choose another folder with --data.",
            (folder / kDataFormatFile).string()));
  }
  if (format != kDataFormat && (format == 0 || format + 1 != kDataFormat)) {
    return refuse(Kind::WrongFormat, fmt::format("The data folder {} is of format {}; this program reads "
                                                 "format {}. It was written by {} release: use that one, or "
                                                 "choose another folder with --data. Nothing was changed.",
                                                 folder.string(), format, kDataFormat,
                                                 format > kDataFormat ? "a newer" : "an older"));
  }
  return format;
}

}  // namespace

std::string data_format_note(uint32_t format) { return fmt::format("{}{}\n", kFormatLine, format); }

std::expected<DataFolder, JournalError> DataFolder::open(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return io_error(folder, "making it", error.value());
  const bool marked = std::filesystem::exists(folder / kDataFormatFile, error);
  if (!marked) {
    auto blank = is_blank(folder);
    if (!blank) return std::unexpected(blank.error());
    if (!*blank) {
      return refuse(
          Kind::WrongFormat,
          fmt::format(
              "The folder {} holds files that are not Endcap's. Choose an empty or a new folder with --data.",
              folder.string()));
    }
  }
  auto lock = take_lock(folder);
  if (!lock) return std::unexpected(lock.error());
  DataFolder opened(folder, *lock);
  if (marked) {
    const auto format = read_format(folder);
    if (!format) return std::unexpected(format.error());
    opened.format_ = *format;
  } else if (auto done = write_format(folder); !done) {
    return std::unexpected(done.error());
  }
  return opened;
}

std::expected<void, JournalError> DataFolder::take_over() {
  if (format_ == kDataFormat) return {};
  if (auto done = write_format(folder_); !done) return done;
  format_ = kDataFormat;
  return {};
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : folder_(std::move(other.folder_)), format_(other.format_), lock_(std::exchange(other.lock_, -1)) {}

DataFolder::~DataFolder() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace endcap
