// The log of RocksDB's warnings: see rocksdb_log.h.
#include "runtime/store/rocksdb_log.h"

#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "runtime/value/time.h"

namespace endcap {
namespace {

constexpr uint64_t kLogBytesMax = 1u << 20;  // of each of the two

class WarningLog final : public rocksdb::Logger {
 public:
  explicit WarningLog(std::filesystem::path file)
      : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL), path_(std::move(file)) {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char text[2000];
    std::vsnprintf(text, sizeof text, format, arguments);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::string time =
        instant_to_text(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
    std::scoped_lock lock(mutex_);
    std::error_code ignored;
    if (std::filesystem::file_size(path_, ignored) > kLogBytesMax && !ignored)
      std::filesystem::rename(path_, path_.string() + ".old", ignored);
    std::ofstream(path_, std::ios::app) << time << ' ' << text << '\n';
  }

 private:
  const std::filesystem::path path_;
  std::mutex mutex_;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> make_rocksdb_log(const std::filesystem::path& folder) {
  return std::make_shared<WarningLog>(folder / "warnings");
}

}  // namespace endcap
