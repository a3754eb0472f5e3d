// Compiled objects on disk, by the hash of what they were compiled from. A damaged or missing entry is no
// object; a folder that can't be written only means that the next start compiles again.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace endcap::codegen {

std::optional<std::string> read_object(const std::filesystem::path& folder, std::string_view key);
// Written beside and renamed: a reader sees the old entry, the new one, or none.
void write_object(const std::filesystem::path& folder, std::string_view key, std::string_view object);

}  // namespace endcap::codegen
