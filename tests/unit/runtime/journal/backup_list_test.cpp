// The list of a backup is read as it was written, or not at all.
#include <doctest/doctest.h>

#include <string>

#include "runtime/abi/frame.h"
#include "runtime/journal/backup.h"

using namespace endcap;

namespace {

Backup listed_backup() {
  const std::string hash = abi::hex(abi::sha256("content"));
  Backup backup;
  backup.id = 3;
  backup.taken = "2026-11-22T22:00:00Z";
  backup.as_of = "2026-11-22T21:59:58.5Z";
  backup.partitions = 4;
  backup.copied_files = 1;
  backup.copied_bytes = 7;
  backup.files = {{"store/000012.sst", {hash, 7}, "0123-4567"}, {"journal/segment-1.log", {hash, 7}, ""}};
  return backup;
}

// With a checksum that fits, as only whoever means harm would write it.
std::string with_sum(std::string text) {
  text.resize(text.rfind("sha256 "));
  return text + "sha256 " + abi::hex(abi::sha256(text)) + "\n";
}

}  // namespace

TEST_CASE("A list says again what it was told") {
  const auto read = read_backup_list(backup_list(listed_backup()));
  REQUIRE(read.has_value());
  CHECK(backup_list(*read) == backup_list(listed_backup()));
  CHECK(read->bytes() == 14);
  CHECK(read->files[0].identity == "0123-4567");
  CHECK(read->files[1].identity.empty());
}

TEST_CASE("A list of which any byte is another, or that is cut off, is refused") {
  const std::string text = backup_list(listed_backup());
  for (size_t at = 0; at < text.size(); ++at) {
    CAPTURE(at);
    std::string altered = text;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    CHECK_FALSE(read_backup_list(altered).has_value());
    CHECK_FALSE(read_backup_list(text.substr(0, at)).has_value());
  }
  CHECK_FALSE(read_backup_list(text + "x").has_value());
}

TEST_CASE("A list that leads out of its folder, or that a newer release wrote, is refused in words") {
  for (const char* name : {"../people", "/etc/passwd", "store/../../x"}) {
    Backup backup = listed_backup();
    backup.files[0].name = name;
    CHECK_FALSE(read_backup_list(backup_list(backup)).has_value());
  }
  std::string newer = backup_list(listed_backup());
  newer.replace(newer.find("backup 1"), 8, "backup 2");
  CHECK(read_backup_list(with_sum(newer)).error().find("newer release") != std::string::npos);
  std::string unknown = backup_list(listed_backup());
  unknown.replace(unknown.find("as-of"), 5, "as-if");
  CHECK(read_backup_list(with_sum(unknown)).error().find("as-if") != std::string::npos);
}
