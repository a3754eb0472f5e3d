// Files as the project reads them: whole, with a reason when that fails.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace endcap {

inline constexpr uint64_t kFileBytesMax = 64u << 20;

// The error is a phrase for people: "there is no such file", "it is a folder", "permission denied".
std::expected<std::string, std::string> read_file(const std::filesystem::path& path);

// Written beside the target and renamed, so that a full disk leaves the old one. A file that is there keeps
// its mode, and a link to it stays a link. What is no regular file (a folder, a device) is refused.
std::expected<void, std::string> write_file(const std::filesystem::path& path, std::string_view text);

std::string sha256_hex(std::string_view bytes);

// Offset of the first byte that is not UTF-8; npos when all is well.
size_t find_invalid_utf8(std::string_view text);

}  // namespace endcap
