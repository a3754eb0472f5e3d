// Fixed texts into files: see fixes.h.
#include <fmt/format.h>

#include "compiler/schema/file.h"
#include "tools/common/fixes.h"

namespace endcap {

std::expected<void, NotWritten> write_fixed(const std::filesystem::path& folder, const Fixed& fixed) {
  for (const auto& [path, original] : fixed.original) {
    const auto now = read_file(folder / path);
    if (!now || *now != original)
      return std::unexpected(
          NotWritten{true, fmt::format("{} changed in the meantime: nothing was written, start again",
                                       (folder / path).string())});
  }
  for (const auto& [path, text] : fixed.changed) {
    if (const auto written = write_file(folder / path, text); !written)
      return std::unexpected(
          NotWritten{false, fmt::format("can't write {}: {}", (folder / path).string(), written.error())});
  }
  return {};
}

}  // namespace endcap
