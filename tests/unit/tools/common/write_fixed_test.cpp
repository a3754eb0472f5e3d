// Fixed texts reach their files only when these are still what was read.
#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "compiler/schema/file.h"
#include "tools/common/fixes.h"

using namespace endcap;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("endcap_write_fixed_" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }

  void put(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
  std::string get(const std::string& name) const {
    std::ifstream file(path / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  size_t files() const { return static_cast<size_t>(std::distance(fs::directory_iterator(path), {})); }
};

Fixed of_two() {
  Fixed fixed;
  fixed.original = {{"a.endcap", "a"}, {"b.endcap", "b"}};
  fixed.changed = {{"a.endcap", "A"}, {"b.endcap", "B"}};
  return fixed;
}

}  // namespace

TEST_CASE("what was fixed is written, keeps its mode, and leaves nothing beside it") {
  const Folder folder;
  folder.put("a.endcap", "a");
  folder.put("b.endcap", "b");
  fs::permissions(folder.path / "a.endcap",
                  fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_write);
  const fs::perms mode = fs::status(folder.path / "a.endcap").permissions();
  REQUIRE(write_fixed(folder.path, of_two()).has_value());
  CHECK(folder.get("a.endcap") == "A");
  CHECK(folder.get("b.endcap") == "B");
  CHECK(fs::status(folder.path / "a.endcap").permissions() == mode);
  CHECK(folder.files() == 2);
}

TEST_CASE("when one file changed in the meantime, or is gone, none is written") {
  const Folder folder;
  folder.put("a.endcap", "a");
  for (const bool gone : {false, true}) {
    folder.put("b.endcap", "somebody saved this");
    if (gone) fs::remove(folder.path / "b.endcap");
    const auto written = write_fixed(folder.path, of_two());
    REQUIRE_FALSE(written.has_value());
    CHECK(written.error().changed_meanwhile);
    CHECK(written.error().message.find("b.endcap changed in the meantime") != std::string::npos);
    CHECK(folder.get("a.endcap") == "a");
  }
}

TEST_CASE("a file that is not there yet is made") {
  const Folder folder;
  REQUIRE(write_file(folder.path / "new", "text").has_value());
  CHECK(folder.get("new") == "text");
  CHECK(folder.files() == 1);
}

TEST_CASE("a link to a file stays a link, and what is no file is not replaced by one") {
  const Folder folder;
  folder.put("real", "old");
  fs::create_symlink("real", folder.path / "link");
  REQUIRE(write_file(folder.path / "link", "new").has_value());
  CHECK(fs::is_symlink(folder.path / "link"));
  CHECK(folder.get("real") == "new");
  fs::create_directory(folder.path / "folder");
  CHECK(write_file(folder.path / "folder", "x").error() == "it is a folder");
  CHECK(write_file("/dev/null", "x").error() == "it is not a regular file");
  CHECK(fs::is_character_file("/dev/null"));
  CHECK_FALSE(write_file(folder.path / "nowhere" / "file", "x").has_value());
}
