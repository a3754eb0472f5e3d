// Copying and hashing on the real file system: see hashed_file.h.
#include "runtime/journal/hashed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "runtime/abi/frame.h"
#include "runtime/value/check.h"

namespace endcap {
namespace {

constexpr size_t kPieceBytes = 1u << 20;
constexpr uint64_t kSyncedBytes = 8u << 20;  // a little at a time: the log syncs on the same disk

std::unexpected<JournalError> broken(std::string_view doing, const std::filesystem::path& file, int code) {
  const auto kind = code == ENOSPC || code == EDQUOT ? JournalError::Kind::Full : JournalError::Kind::Io;
  return std::unexpected(JournalError{
      kind, fmt::format("{} {}: {}.", doing, file.string(), std::generic_category().message(code))});
}

std::unexpected<JournalError> given_up(const std::filesystem::path& file) {
  return std::unexpected(
      JournalError{JournalError::Kind::Io, fmt::format("It was given up at {}.", file.string())});
}

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& file, int flags)
      : number_(::open(file.c_str(), flags | O_CLOEXEC, 0640)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool good() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

class Hash {
 public:
  Hash() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    CHECK(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void add(std::string_view bytes) {
    CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
    bytes_ += bytes.size();
  }
  HashedFile finish() {
    std::string digest(32, '\0');
    CHECK(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr) == 1);
    return {abi::hex(digest), bytes_};
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  uint64_t bytes_ = 0;
};

// The next piece of at most `most` bytes; empty at the end.
std::expected<std::string_view, int> read_piece(int descriptor, std::vector<char>& buffer, uint64_t most) {
  while (true) {
    const ssize_t count = ::read(descriptor, buffer.data(), std::min<uint64_t>(buffer.size(), most));
    if (count >= 0) return std::string_view(buffer.data(), static_cast<size_t>(count));
    if (errno != EINTR) return std::unexpected(errno);
  }
}

int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 ? errno : EIO;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return 0;
}

}  // namespace

std::expected<HashedFile, JournalError> copy_stored(const std::filesystem::path& from, uint64_t bytes,
                                                    const std::filesystem::path& to, const GoOn& go_on) {
  const Descriptor source(from, O_RDONLY);
  if (!source.good()) return broken("The file can't be opened:", from, errno);
  const Descriptor target(to, O_WRONLY | O_CREAT | O_TRUNC);
  if (!target.good()) return broken("The file can't be made:", to, errno);
  Hash hash;
  std::vector<char> buffer(kPieceBytes);
  uint64_t done = 0, unsynced = 0;
  while (done < bytes) {
    if (!go_on()) return given_up(to);
    const auto piece = read_piece(source.number(), buffer, bytes - done);
    if (!piece) return broken("The file can't be read:", from, piece.error());
    if (piece->empty()) break;
    if (const int code = write_all(target.number(), *piece))
      return broken("The file can't be written:", to, code);
    hash.add(*piece);
    done += piece->size();
    if (unsynced += piece->size(); unsynced < kSyncedBytes) continue;
    if (::fdatasync(target.number()) != 0) return broken("The file can't be synced:", to, errno);
    unsynced = 0;
  }
  if (::fdatasync(target.number()) != 0) return broken("The file can't be synced:", to, errno);
  if (bytes != UINT64_MAX && done != bytes) return broken("The file is shorter than it was:", from, EIO);
  return hash.finish();
}

std::expected<HashedFile, JournalError> write_stored(const std::filesystem::path& to,
                                                     std::string_view content) {
  const Descriptor target(to, O_WRONLY | O_CREAT | O_TRUNC);
  if (!target.good()) return broken("The file can't be made:", to, errno);
  if (const int code = write_all(target.number(), content))
    return broken("The file can't be written:", to, code);
  if (::fdatasync(target.number()) != 0) return broken("The file can't be synced:", to, errno);
  Hash hash;
  hash.add(content);
  return hash.finish();
}

std::expected<HashedFile, JournalError> hash_stored(const std::filesystem::path& file, const GoOn& go_on) {
  const Descriptor source(file, O_RDONLY);
  if (!source.good()) return broken("The file can't be opened:", file, errno);
  ::posix_fadvise(source.number(), 0, 0, POSIX_FADV_DONTNEED);
  Hash hash;
  std::vector<char> buffer(kPieceBytes);
  while (true) {
    if (!go_on()) return given_up(file);
    const auto piece = read_piece(source.number(), buffer, UINT64_MAX);
    if (!piece) return broken("The file can't be read:", file, piece.error());
    if (piece->empty()) return hash.finish();
    hash.add(*piece);
  }
}

std::expected<std::string, JournalError> read_stored(const std::filesystem::path& file) {
  const Descriptor source(file, O_RDONLY);
  if (!source.good()) return broken("The file can't be opened:", file, errno);
  std::string content;
  std::vector<char> buffer(kPieceBytes);
  while (true) {
    const auto piece = read_piece(source.number(), buffer, UINT64_MAX);
    if (!piece) return broken("The file can't be read:", file, piece.error());
    if (piece->empty()) return content;
    content.append(*piece);
  }
}

std::expected<void, JournalError> sync_stored_folder(const std::filesystem::path& folder) {
  const Descriptor opened(folder, O_RDONLY | O_DIRECTORY);
  if (!opened.good()) return broken("The folder can't be opened:", folder, errno);
  if (::fsync(opened.number()) != 0) return broken("The folder can't be synced:", folder, errno);
  return {};
}

}  // namespace endcap
