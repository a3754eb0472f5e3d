// Entries are {8 bytes magic, 32 bytes SHA-256 of the object, the object}.
#include "compiler/codegen/object_store.h"

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iterator>

#include "runtime/abi/frame.h"

namespace endcap::codegen {
namespace {

constexpr std::string_view kMagic = "ECOBJ001";
constexpr size_t kHashSize = 32;

std::filesystem::path entry(const std::filesystem::path& folder, std::string_view key) {
  return folder / (std::string(key) + ".o");
}

}  // namespace

std::optional<std::string> read_object(const std::filesystem::path& folder, std::string_view key) {
  std::ifstream file(entry(folder, key), std::ios::binary);
  if (!file) return std::nullopt;
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const std::string_view view = bytes;
  if (!view.starts_with(kMagic) || view.size() <= kMagic.size() + kHashSize) return std::nullopt;
  const std::string_view hash = view.substr(kMagic.size(), kHashSize),
                         object = view.substr(kMagic.size() + kHashSize);
  if (abi::sha256(object) != hash) return std::nullopt;
  return std::string(object);
}

void write_object(const std::filesystem::path& folder, std::string_view key, std::string_view object) {
  static std::atomic<uint64_t> counter = 0;
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  const std::filesystem::path temporary = folder / (std::string(key) + "." + std::to_string(getpid()) + "." +
                                                    std::to_string(counter++) + ".part");
  bool written = false;
  if (std::ofstream file(temporary, std::ios::binary | std::ios::trunc); file) {
    file << kMagic << abi::sha256(object) << object;
    file.close();
    written = !file.fail();
  }
  if (written) std::filesystem::rename(temporary, entry(folder, key), ignored);
  if (!written || ignored) std::filesystem::remove(temporary, ignored);
}

}  // namespace endcap::codegen
