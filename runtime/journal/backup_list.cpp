// The list of a backup: lines of words, the last of which is a checksum of all before.
#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

#include "runtime/abi/frame.h"
#include "runtime/journal/backup.h"

namespace endcap {
namespace {

constexpr std::string_view kFirst = "endcap backup 1\n", kChecksum = "sha256 ";

std::string_view take_until(std::string_view& text, char end) {
  const size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

template <typename Number>
bool take_number(std::string_view word, Number& number) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size();
}

// Nothing of a list may lead out of the folder that it is restored to.
bool is_plain(std::string_view name) {
  return !name.empty() && !name.starts_with('/') && name.find("..") == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

bool is_hash(std::string_view word) {
  return word.size() == 64 && word.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<BackupFile> file_of(std::string_view line) {
  BackupFile file;
  file.content.sha256 = take_until(line, ' ');
  const bool sized = take_number(take_until(line, ' '), file.content.bytes);
  file.identity = take_until(line, ' ');
  file.name = line;
  if (file.identity == "-") file.identity.clear();
  if (!sized || !is_hash(file.content.sha256) || !is_plain(file.name)) return {};
  return file;
}

bool take_line(std::string_view word, std::string_view line, Backup& backup) {
  if (word == "id") return take_number(line, backup.id);
  if (word == "partitions") return take_number(line, backup.partitions);
  if (word == "copied-files") return take_number(line, backup.copied_files);
  if (word == "copied-bytes") return take_number(line, backup.copied_bytes);
  if (word == "taken") return !(backup.taken = line).empty();
  if (word == "as-of") return !(backup.as_of = line).empty();
  if (word != "file") return false;
  auto file = file_of(line);
  if (file) backup.files.push_back(std::move(*file));
  return file.has_value();
}

}  // namespace

uint64_t Backup::bytes() const {
  uint64_t sum = 0;
  for (const BackupFile& file : files) sum += file.content.bytes;
  return sum;
}

std::string backup_list(const Backup& backup) {
  std::string text(kFirst);
  text +=
      fmt::format("id {}\ntaken {}\nas-of {}\npartitions {}\ncopied-files {}\ncopied-bytes {}\n", backup.id,
                  backup.taken, backup.as_of, backup.partitions, backup.copied_files, backup.copied_bytes);
  for (const BackupFile& file : backup.files) {
    text += fmt::format("file {} {} {} {}\n", file.content.sha256, file.content.bytes,
                        file.identity.empty() ? "-" : file.identity, file.name);
  }
  return text + std::string(kChecksum) + abi::hex(abi::sha256(text)) + "\n";
}

std::expected<Backup, std::string> read_backup_list(std::string_view text) {
  if (!text.starts_with("endcap backup ")) return std::unexpected("it is no list of a backup");
  if (!text.starts_with(kFirst)) return std::unexpected("it was written by a newer release: use that one");
  const size_t sum = text.rfind(kChecksum);
  if (sum == std::string_view::npos ||
      text.substr(sum) != fmt::format("{}{}\n", kChecksum, abi::hex(abi::sha256(text.substr(0, sum)))))
    return std::unexpected("its checksum is wrong");
  Backup backup;
  std::string_view rest = text.substr(kFirst.size(), sum - kFirst.size());
  while (!rest.empty()) {
    std::string_view line = take_until(rest, '\n');
    const std::string_view word = take_until(line, ' ');
    if (!take_line(word, line, backup))
      return std::unexpected(fmt::format("its line \"{}\" is not known", word));
  }
  if (backup.id == 0 || backup.partitions == 0 || backup.files.empty())
    return std::unexpected("it is not complete");
  return backup;
}

}  // namespace endcap
