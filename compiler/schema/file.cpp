// Reading, writing and hashing whole files.
#include "compiler/schema/file.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace endcap {

namespace fs = std::filesystem;

std::expected<std::string, std::string> read_file(const fs::path& path) {
  std::error_code error;
  auto status = fs::status(path, error);
  if (!fs::exists(status)) return std::unexpected("there is no such file");
  if (fs::is_directory(status)) return std::unexpected("it is a folder");
  if (!fs::is_regular_file(status)) return std::unexpected("it is not a regular file");
  uint64_t size = fs::file_size(path, error);
  if (error) return std::unexpected(error.message());
  if (size > kFileBytesMax)
    return std::unexpected(fmt::format("it is larger than {} MB", kFileBytesMax >> 20));
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::unexpected(std::string(std::strerror(errno)));
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  if (in.bad()) return std::unexpected(std::string(std::strerror(errno)));
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

std::expected<void, std::string> write_file(const fs::path& path, std::string_view text) {
  std::error_code error;
  const fs::file_status before = fs::status(path, error);
  if (fs::is_directory(before)) return std::unexpected("it is a folder");
  if (fs::exists(before) && !fs::is_regular_file(before)) return std::unexpected("it is not a regular file");
  const fs::path target = fs::exists(before) ? fs::canonical(path, error) : path;
  if (error && fs::exists(before)) return std::unexpected(error.message());
  error.clear();  // of a file that is not there yet
  fs::path temporary = target;
  temporary += ".new";
  errno = 0;
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) {
    std::string why = std::strerror(errno);
    fs::remove(temporary, error);
    return std::unexpected(why);
  }
  if (fs::exists(before)) fs::permissions(temporary, before.permissions(), error);
  if (!error) fs::rename(temporary, target, error);
  if (!error) return {};
  const std::string why = error.message();
  fs::remove(temporary, error);
  return std::unexpected(why);
}

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string hex;
  for (unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

size_t find_invalid_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      ++i;
      continue;
    }
    size_t length = byte >= 0xf0 && byte <= 0xf4  ? 4
                    : byte >= 0xe0 && byte < 0xf0 ? 3
                    : byte >= 0xc2 && byte < 0xe0 ? 2
                                                  : 0;
    if (length == 0 || i + length > text.size()) return i;
    uint32_t point = byte & (0xffu >> (length + 1));
    for (size_t j = 1; j < length; ++j) {
      auto next = static_cast<unsigned char>(text[i + j]);
      if ((next & 0xc0) != 0x80) return i;
      point = point << 6 | (next & 0x3f);
    }
    bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (overlong || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return i;
    i += length;
  }
  return std::string_view::npos;
}

}  // namespace endcap
